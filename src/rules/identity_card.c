#include "rules/identity_card.h"

#include <string.h>

#include "base/text.h"

/* One item: UTF-16LE at the offset, len bytes, to UTF-8 without the padding. */
static void item(const uint8_t *text, int offset, int len, char *out, size_t size,
                 bool *unreadable)
{
    size_t used = 0, kept = 0;
    for (int i = 0; i + 1 < len; i += 2) {
        uint32_t u = text[offset + i] | (uint32_t)text[offset + i + 1] << 8;
        char bytes[4];
        if (u >= 0xD800 && u < 0xDC00 && i + 3 < len) {
            uint32_t low = text[offset + i + 2] | (uint32_t)text[offset + i + 3] << 8;
            if (low >= 0xDC00 && low < 0xE000) {
                u = 0x10000 + ((u - 0xD800) << 10) + (low - 0xDC00);
                i += 2;
            }
        }
        size_t n = u == 0 ? 0 : text_encode(u, bytes);
        if (n == 0 || (u < 0x20)) { /* NUL, a control or a lone surrogate */
            n = text_encode(0xFFFD, bytes);
            *unreadable = true;
        }
        if (used + n >= size)
            break;
        memcpy(out + used, bytes, n);
        used += n;
        if (u != ' ' && u != 0x3000)
            kept = used;
    }
    out[kept] = 0;
}

struct layout {
    int name, name_len, latin, latin_len, sex, nation, birth, address, number, number_len,
        issuer, from, to, nationality;
};

static const struct layout layouts[] = {
    [CARD_RESIDENT] = {0, 30, -1, 0, 30, 32, 36, 52, 122, 36, 158, 188, 204, -1},
    [CARD_HMT_RESIDENCE] = {0, 30, -1, 0, 30, -1, 36, 52, 122, 36, 158, 188, 204, -1},
    [CARD_PERMANENT_2017] = {158, 30, 0, 120, 120, -1, 220, -1, 122, 30, -1, 188, 204, 152},
    [CARD_PERMANENT_2023] = {0, 30, 52, 70, 30, -1, 36, -1, 122, 36, -1, 188, 204, 242},
};

static bool fail(struct identity_card *out, struct err *err, const char *what)
{
    explicit_bzero(out, sizeof *out);
    return err_set(err, ERR_RETRY, "card: %s cannot be read", what);
}

static bool number_plausible(const char *number, enum identity_card_kind kind)
{
    size_t len = strlen(number), i = 0;
    if (kind == CARD_PERMANENT_2017) {
        for (; i < 3; i++)
            if (number[i] < 'A' || number[i] > 'Z')
                return false;
        return len == 15 && strspn(number + 3, "0123456789") == 12;
    }
    return len == 18 && strspn(number, "0123456789") >= 17 &&
           (number[17] == 'X' || (number[17] >= '0' && number[17] <= '9'));
}

bool identity_card_parse(const uint8_t text[IDENTITY_CARD_TEXT_SIZE],
                         struct identity_card *out, struct err *err)
{
    char day[40], sex[8];
    bool ignored = false;

    *out = (struct identity_card){0};
    switch (text[248] | text[249] << 8) {
    case 'J':
        out->kind = CARD_HMT_RESIDENCE;
        break;
    case 'I':
        out->kind = CARD_PERMANENT_2017;
        break;
    case 'Y':
        out->kind = CARD_PERMANENT_2023;
        break;
    case ' ':
    case 0:
        out->kind = CARD_RESIDENT;
        break;
    default:
        return fail(out, err, "its kind");
    }
    const struct layout *l = &layouts[out->kind];
    item(text, l->name, l->name_len, out->name, sizeof out->name, &out->has_unreadable);
    if (l->latin >= 0)
        item(text, l->latin, l->latin_len, out->latin_name, sizeof out->latin_name,
             &out->has_unreadable);
    if (out->kind == CARD_PERMANENT_2023) { /* the English name goes on at 220 */
        size_t used = strlen(out->latin_name);
        item(text, 220, 22, out->latin_name + used, sizeof out->latin_name - used,
             &out->has_unreadable);
    }
    item(text, l->sex, 2, sex, sizeof sex, &ignored);
    out->sex = strchr("0129", sex[0]) && sex[0] ? sex[0] : '0';
    if (l->nation >= 0)
        item(text, l->nation, 4, out->nation, sizeof out->nation, &ignored);
    if (l->nationality >= 0)
        item(text, l->nationality, 6, out->nationality, sizeof out->nationality, &ignored);
    if (l->address >= 0)
        item(text, l->address, 70, out->address, sizeof out->address,
             &out->has_unreadable);
    item(text, l->number, l->number_len, out->number, sizeof out->number, &ignored);
    if (strlen(out->number) == 18 && out->number[17] == 'x')
        out->number[17] = 'X';
    if (l->issuer >= 0)
        item(text, l->issuer, 30, out->issuer, sizeof out->issuer, &out->has_unreadable);

    if (!number_plausible(out->number, out->kind))
        return fail(out, err, "the number");
    if (!out->name[0] && !out->latin_name[0])
        return fail(out, err, "the name");
    item(text, l->birth, 16, day, sizeof day, &ignored);
    if (!date_parse(day, &out->birth))
        return fail(out, err, "the date of birth");
    item(text, l->from, 16, day, sizeof day, &ignored);
    if (!date_parse(day, &out->valid_from))
        return fail(out, err, "the first day it is valid");
    item(text, l->to, 16, day, sizeof day, &ignored);
    out->long_term = strcmp(day, "长期") == 0;
    if (!out->long_term && !date_parse(day, &out->valid_to))
        return fail(out, err, "the last day it is valid");
    return true;
}

const char *identity_card_nation_name(const char *code)
{
    static const char *const names[] = {
        "汉",     "蒙古",   "回",     "藏",       "维吾尔", "苗",     "彝",     "壮",
        "布依",   "朝鲜",   "满",     "侗",       "瑶",     "白",     "土家",   "哈尼",
        "哈萨克", "傣",     "黎",     "傈僳",     "佤",     "畲",     "高山",   "拉祜",
        "水",     "东乡",   "纳西",   "景颇",     "柯尔克孜", "土",   "达斡尔", "仫佬",
        "羌",     "布朗",   "撒拉",   "毛南",     "仡佬",   "锡伯",   "阿昌",   "普米",
        "塔吉克", "怒",     "乌孜别克", "俄罗斯", "鄂温克", "德昂",   "保安",   "裕固",
        "京",     "塔塔尔", "独龙",   "鄂伦春",   "赫哲",   "门巴",   "珞巴",   "基诺"};
    if (strlen(code) != 2 || strspn(code, "0123456789") != 2)
        return NULL;
    int n = (code[0] - '0') * 10 + (code[1] - '0');
    if (n >= 1 && n <= (int)(sizeof names / sizeof *names))
        return names[n - 1];
    return n == 97 ? "其他" : n == 98 ? "外国血统中国籍人士" : NULL;
}

bool identity_card_in_date(const struct identity_card *card, struct date today)
{
    return date_compare(card->valid_from, today) <= 0 &&
           (card->long_term || date_compare(today, card->valid_to) <= 0);
}
