/* Values in the words a resident would use. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "rules/money.h"
#include "rules/phone.h"
#include "screens/frame.h"
#include "visit/form.h"
#include "visit/phrase.h"

const char *words_date(struct page *c, struct date d)
{
    char out[80];
    phrase_date(c->lang, d, out, sizeof out);
    return ui_printf(c->ui, "%s", out);
}

const char *words_code(struct page *c, const char *code)
{
    char grouped[RECEIPT_CODE_LEN + 2];
    receipt_code_group(code, grouped);
    return ui_printf(c->ui, "%s", grouped);
}

static const char *options_text(struct page *c, const struct field *f, const char *text)
{
    char out[512] = "";
    size_t used = 0;
    const char *separator = c->lang == LANG_EN ? ", " : "、";
    while (*text) {
        size_t len = strcspn(text, ",");
        for (int i = 0; i < f->option_count; i++) {
            if (strlen(f->options[i].id) != len || strncmp(f->options[i].id, text, len) != 0)
                continue;
            int n = snprintf(out + used, sizeof out - used, "%s%s", used ? separator : "",
                             f->options[i].label.in[c->lang]);
            used += n > 0 && (size_t)n < sizeof out - used ? (size_t)n : 0;
        }
        text += len + (text[len] == ',');
    }
    return ui_printf(c->ui, "%s", out);
}

static const char *address_text(struct page *c, const char *answer)
{
    char town[16], village[16], rest[VISIT_ANSWER];
    form_address(answer, town, village, rest, sizeof rest);
    if (strcmp(town, "-") == 0)
        return T("外地");
    if (rest[0])
        return ui_printf(c->ui, "%s", rest);
    const char *town_name = catalog_division_name(c->w->catalog, town);
    const char *village_name = village[0] ? catalog_division_name(c->w->catalog, village) : "";
    return ui_printf(c->ui, "%s%s", town_name ? town_name : town,
                     village_name ? village_name : "");
}

/* Digits in groups of four, so that they can be compared with a card. */
static const char *grouped(struct page *c, const char *digits)
{
    char out[80];
    size_t used = 0;
    for (size_t i = 0; digits[i] && used + 2 < sizeof out; i++) {
        if (i && i % 4 == 0)
            out[used++] = ' ';
        out[used++] = digits[i];
    }
    out[used] = 0;
    return ui_printf(c->ui, "%s", out);
}

const char *words_answer(struct page *c, int field)
{
    const struct field *f = &visit_service(c->v, c->w)->fields[field];
    const struct answer *a = &c->v->answers[field];
    struct date d;
    char text[64];

    if (a->state == ANSWER_SKIPPED)
        return T("先不填，工作人员会问您");
    if (a->state != ANSWER_GIVEN)
        return "";
    switch (f->kind) {
    case FIELD_YESNO:
        return strcmp(a->text, "yes") == 0 ? T("是") : T("不是");
    case FIELD_ONE:
    case FIELD_SOME:
        return options_text(c, f, a->text);
    case FIELD_NUMBER:
        return ui_printf(c->ui, "%s%s%s", a->text, c->lang == LANG_EN ? " " : "",
                         f->unit.in[c->lang]);
    case FIELD_MONEY:
        money_format(strtoll(a->text, NULL, 10), text, sizeof text);
        return c->lang == LANG_EN ? ui_printf(c->ui, "%s yuan", text)
                                  : ui_printf(c->ui, "%s元", text);
    case FIELD_DATE:
        return date_parse(a->text, &d) ? words_date(c, d) : a->text;
    case FIELD_PHONE:
        phone_format(a->text, text, sizeof text);
        return ui_printf(c->ui, "%s", text);
    case FIELD_ADDRESS:
        return address_text(c, a->text);
    default:
        return grouped(c, a->text);
    }
}

const char *words_notice(struct page *c)
{
    const struct visit *v = c->v;
    const struct service *s = visit_service(v, c->w);
    switch (v->notice) {
    case NOTICE_NONE:
        return NULL;
    case NOTICE_CARD_MOVED:
        return T("卡动了，没读完。请把卡放平，等一会儿再拿。");
    case NOTICE_NO_READER:
        return T("读卡的机器现在不好用。您可以输入号码，或者叫工作人员。");
    case NOTICE_EMPTY:
        return T("还没有填。请先填上。");
    case NOTICE_ID_LENGTH:
        return T("身份证号码是18位，请数一数，再看一看。");
    case NOTICE_ID_CHARACTERS:
        return T("这个号码好像不对，请再看一看。");
    case NOTICE_ID_DATE:
        return T("号码里的出生日期好像不对，请再看一看。");
    case NOTICE_ID_CHECK:
        return T("这个号码好像有一位不对，请再看一看。要是证上就是这样，可以接着办，工作人员会核对。");
    case NOTICE_ID_AGE:
        return T("照这个号码，年纪超过120岁了，请再看一看。要是没有错，可以接着办，工作人员会核对。");
    case NOTICE_PHONE:
        return T("电话号码好像不对。手机号是11位；座机请加区号，比如023。");
    case NOTICE_BANK_LENGTH:
        return T("卡号是12到19位数字，请对着卡再看一看。");
    case NOTICE_BANK_LUHN:
        return T("请对着卡再看一遍号码。存折的号码也可以接着办，工作人员会核对。");
    case NOTICE_TOO_SMALL:
        return T("这个数好像太小了，请再看一看。");
    case NOTICE_TOO_LARGE:
        return T("这个数好像太大了，请再看一看。");
    case NOTICE_CHOOSE:
        return T("请先选一个。");
    case NOTICE_DISABILITY:
        return T("残疾人证号是20位：身份证号码后面还有两个数字。请再看一看。");
    case NOTICE_DISABILITY_OTHER:
        return T("证号和您的身份证号码不一样，请再看一看。要是证上就是这样，可以接着办，工作人员会核对。");
    case NOTICE_CHECK:
        return s && v->field < s->field_count &&
                       v->check_index < s->fields[v->field].check_count
                   ? frame_words(c, &s->fields[v->field].checks[v->check_index].message)
                   : NULL;
    case NOTICE_SIGN_MORE:
        return T("请在框里签上您的名字。不会写字，画个圈也行。");
    case NOTICE_CODE:
        return T("这个号码好像不对。号码在小票上，一共8个字。");
    case NOTICE_QR_FOREIGN:
        return T("这不是我们小票上的二维码。请把小票上的二维码对准扫码口。");
    }
    return NULL;
}
