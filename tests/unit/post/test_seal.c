#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/file.h"
#include "pki.h"
#include "post/cms_receipt.h"
#include "post/seal.h"

static const char text[] = "{\"format\": 1, \"name\": \"某某\", \"answers\": {}}";

static struct sealer *sealer(void)
{
    struct err err = {0};
    const char *certs[] = {pki_path("central.crt")};
    struct sealer *s = sealer_create(certs, 1, &err);
    if (!s)
        fail_msg("%s", err.text);
    return s;
}

static bool unseal(const void *data, size_t len, struct buf *out, struct err *err)
{
    return seal_unseal(pki_path("central.key"), pki_path("central.crt"), data, len,
                       out, err);
}

static void what_is_sealed_can_be_opened_and_sizes_tell_little(void **state)
{
    (void)state;
    struct sealer *s = sealer();
    static char large[200000];
    unsigned seed = 1;
    for (size_t i = 0; i < sizeof large; i++)
        large[i] = (char)((seed = seed * 1103515245u + 12345u) >> 16);
    const size_t sizes[] = {0, 1, 50, 1500, 1501, 2100, 9000, 200000};
    size_t before = 0;
    for (int i = 0; i < 8; i++) {
        struct buf out = {0}, plain = {0};
        assert_true(seal(s, large, sizes[i], &out, NULL));
        assert_true(unseal(out.data, out.len, &plain, NULL));
        assert_int_equal(plain.len, sizes[i]);
        if (sizes[i])
            assert_memory_equal(plain.data, large, sizes[i]);
        if (i && i < 5) /* one size class; DER lengths may move a byte or two */
            assert_in_range(out.len, before - 4, before + 4);
        before = out.len;
        buf_finish(&out);
        buf_finish(&plain);
    }
    sealer_destroy(s);
}

static void the_openssl_command_opens_it(void **state)
{
    (void)state;
    struct sealer *s = sealer();
    struct buf out = {0};
    assert_true(seal(s, text, strlen(text), &out, NULL));
    assert_true(file_write(pki_path("envelope"), out.data, out.len, 0600, NULL));
    char command[512];
    snprintf(command, sizeof command,
             "cd %s && openssl cms -decrypt -binary -inform DER -in envelope "
             "-recip central.crt -inkey central.key -out plain 2>/dev/null", pki);
    assert_int_equal(system(command), 0);
    size_t len;
    char *plain = file_read(pki_path("plain"), 1 << 20, &len, NULL);
    assert_non_null(plain);
    assert_int_equal(len, 2048);
    /* 28 B5 2F FD begins a zstd frame */
    assert_memory_equal(plain + 4, "\x28\xb5\x2f\xfd", 4);
    free(plain);
    buf_finish(&out);
    sealer_destroy(s);
}

static void every_changed_byte_is_refused_or_changes_nothing(void **state)
{
    (void)state;
    struct sealer *s = sealer();
    struct buf out = {0};
    assert_true(seal(s, text, strlen(text), &out, NULL));
    size_t refused = 0;
    for (size_t i = 0; i < out.len; i++) {
        struct buf plain = {0};
        out.data[i] ^= (unsigned char)(1u << (i % 8));
        if (unseal(out.data, out.len, &plain, NULL)) {
            assert_int_equal(plain.len, strlen(text));
            assert_memory_equal(plain.data, text, plain.len);
        } else {
            assert_int_equal(plain.len, 0);
            refused++;
        }
        out.data[i] ^= (unsigned char)(1u << (i % 8));
        buf_finish(&plain);
    }
    assert_true(refused > out.len - 40);
    struct buf plain = {0};
    struct err err = {0};
    assert_false(unseal(out.data, out.len - 1, &plain, &err));
    assert_int_equal(err.kind, ERR_REFUSED);
    buf_finish(&plain);
    buf_finish(&out);
    sealer_destroy(s);
}

static void another_key_cannot_open_it(void **state)
{
    (void)state;
    struct sealer *s = sealer();
    struct buf out = {0}, plain = {0};
    struct err err = {0};
    assert_true(seal(s, text, strlen(text), &out, NULL));
    assert_false(seal_unseal(pki_path("stranger.key"), pki_path("stranger.crt"),
                             out.data, out.len, &plain, &err));
    assert_int_equal(err.kind, ERR_REFUSED);
    assert_int_equal(plain.len, 0);
    buf_finish(&plain);
    buf_finish(&out);
    sealer_destroy(s);
}

static void a_receipt_is_believed_only_from_the_pinned_signer(void **state)
{
    (void)state;
    struct buf mine = {0}, theirs = {0}, json = {0};
    struct err err = {0};
    assert_true(receipt_sign(text, strlen(text), pki_path("signing.key"),
                             pki_path("signing.crt"), &mine, &err));
    assert_true(receipt_sign(text, strlen(text), pki_path("stranger.key"),
                             pki_path("stranger.crt"), &theirs, &err));
    assert_true(receipt_verify(mine.data, mine.len, pki_path("signing.crt"), &json,
                               &err));
    assert_int_equal(json.len, strlen(text));
    assert_memory_equal(json.data, text, json.len);
    buf_clear(&json);
    assert_false(receipt_verify(theirs.data, theirs.len, pki_path("signing.crt"),
                                &json, &err));
    assert_int_equal(err.kind, ERR_REFUSED);
    assert_false(receipt_verify("<html>", 6, pki_path("signing.crt"), &json, &err));
    assert_int_equal(json.len, 0);
    /* No changed byte may change the text that is believed. */
    for (size_t i = 0; i < mine.len; i++) {
        mine.data[i] ^= 1;
        buf_clear(&json);
        if (receipt_verify(mine.data, mine.len, pki_path("signing.crt"), &json, NULL))
            assert_memory_equal(json.data, text, strlen(text));
        mine.data[i] ^= 1;
    }
    buf_finish(&mine);
    buf_finish(&theirs);
    buf_finish(&json);
}

static void the_central_system_and_the_escrow_each_open_it_and_nobody_else(void **state)
{
    (void)state;
    const char *certs[] = {pki_path("central.crt"), pki_path("signing.crt")};
    struct err err = {0};
    struct sealer *s = sealer_create(certs, 2, &err);
    struct buf out = {0}, plain = {0};
    assert_non_null(s);
    assert_true(seal(s, text, strlen(text), &out, &err));
    static const char *const who[] = {"central", "signing", "stranger"};
    for (int i = 0; i < 3; i++) {
        char key[32], cert[32];
        snprintf(key, sizeof key, "%s.key", who[i]);
        snprintf(cert, sizeof cert, "%s.crt", who[i]);
        buf_clear(&plain);
        bool ok = seal_unseal(pki_path(key), pki_path(cert), out.data, out.len, &plain, &err);
        assert_int_equal(ok, i < 2);
        if (ok)
            assert_memory_equal(plain.data, text, strlen(text));
    }
    /* one good certificate does not excuse a bad one */
    certs[1] = pki_path("central.key");
    assert_null(sealer_create(certs, 2, &err));
    buf_finish(&out);
    buf_finish(&plain);
    sealer_destroy(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_sealed_can_be_opened_and_sizes_tell_little),
        cmocka_unit_test(the_openssl_command_opens_it),
        cmocka_unit_test(every_changed_byte_is_refused_or_changes_nothing),
        cmocka_unit_test(another_key_cannot_open_it),
        cmocka_unit_test(the_central_system_and_the_escrow_each_open_it_and_nobody_else),
        cmocka_unit_test(a_receipt_is_believed_only_from_the_pinned_signer),
    };
    return cmocka_run_group_tests(tests, pki_make, pki_remove);
}
