#include "kiosk/audit.h"

#include <errno.h>
#include <jansson.h>
#include <string.h>

#include "base/arena.h"
#include "base/text.h"
#include "visit/form.h"

struct tally {
    json_t *findings;
    const struct visit_settings *settings;
    const char *screen;
    int page;
};

static void found(void *self, const struct ui_node *node, const char *what)
{
    static const char *const sizes[] = {"small", "default", "large", "huge"};
    static const char *const themes[] = {"soft", "default", "black", "white"};
    struct tally *t = self;
    json_array_append_new(
        t->findings,
        json_pack("{s:s, s:i, s:s, s:s, s:s, s:b, s:s, s:s}", "screen", t->screen, "page",
                  t->page, "size", sizes[t->settings->size], "theme",
                  themes[t->settings->theme], "lang",
                  lang_code((enum lang)t->settings->lang), "reach", t->settings->reach,
                  "node", node && node->spec.label ? node->spec.label : "", "what", what));
}

/* The person on the pictures: invented, with a long name and a long address. */
static void invent_person(struct visit *v)
{
    struct identity_card *c = &v->person.card;
    v->person.how = PERSON_CARD;
    v->person.expired = v->person.check_digit_wrong = true;
    text_copy(c->name, sizeof c->name, "欧阳阿不都热依木·买买提");
    text_copy(c->number, sizeof c->number, "509999194003080017");
    text_copy(c->address, sizeof c->address, "重庆市永川区松溉镇临江大道一百二十三号四单元五楼六号");
    c->birth = (struct date){1940, 3, 8};
    c->sex = '1';
}

static void prepare(struct visit *v, const struct visit_world *w, enum screen screen)
{
    struct visit_settings settings = v->settings;
    visit_begin(v, w);
    v->settings = settings;
    v->now_ms = 1795521600000; /* 2026-11-24: the pictures do not change with the day */
    v->screen = screen;
    v->before = SCREEN_HOME;
    v->service = catalog_service_count(w->catalog) > 0 ? 0 : -1;
    v->active = v->minted = v->stored = true;
    invent_person(v);
    v->requirement = 0;
    text_copy(v->code, sizeof v->code, "B4K729XZ");
    v->due = (struct date){2026, 12, 22};
    v->paper = PAPER_FAILED;
    text_copy(v->paper_why, sizeof v->paper_why, "out");
    v->trouble = TROUBLE_NOT_STORED;
    for (int i = 0; i < 3; i++) {
        struct case_brief *k = &v->cases[v->case_count++];
        text_copy(k->code, sizeof k->code, "B4K729XZ");
        text_copy(k->service, sizeof k->service, catalog_service(w->catalog, 0)->id);
        text_copy(k->state, sizeof k->state, i ? "checking" : "needs_papers");
        k->due = v->due;
    }
}

struct audit {
    struct ui *ui;
    struct visit *v;
    const struct visit_world *w;
    const struct screen_facts *facts;
    struct tally tally;
    int looked_at;
};

/* The page number a "next page" button leads to, or -1. */
static int next_page(const struct audit *a)
{
    for (int i = 0; i < ui_count(a->ui); i++) {
        const struct ui_node *n = ui_node(a->ui, i);
        if (!n->hidden && n->spec.role == UI_BUTTON && n->spec.action == ACT_PAGE &&
            n->spec.arg > a->v->page)
            return n->spec.arg;
    }
    return -1;
}

static void look(struct audit *a)
{
    a->v->page = 0;
    for (int guard = 0; guard < 64; guard++) {
        screens_draw(a->ui, a->v, a->w, a->facts);
        a->tally.screen = screen_name(a->v->screen);
        a->tally.page = a->v->page;
        ui_audit(a->ui, found, &a->tally);
        a->looked_at++;
        int next = next_page(a);
        if (next < 0)
            break;
        a->v->page = next;
    }
}

static void look_at_questions(struct audit *a)
{
    for (int s = 0; s < catalog_service_count(a->w->catalog); s++) {
        a->v->service = s;
        for (int f = 0; f < visit_service(a->v, a->w)->field_count; f++) {
            form_open(a->v, a->w, f);
            look(a);
            a->v->notice = NOTICE_BANK_LUHN; /* the longest, with the extra button */
            a->v->may_continue = true;
            look(a);
        }
    }
}

static void walk(struct audit *a)
{
    for (int s = 0; s < SCREEN_COUNT; s++) {
        prepare(a->v, a->w, (enum screen)s);
        if (s == SCREEN_QUESTION) {
            look_at_questions(a);
            continue;
        }
        bool each_service = s == SCREEN_SERVICE || s == SCREEN_REVIEW ||
                            s == SCREEN_CONSENT || s == SCREEN_NOT_ELIGIBLE ||
                            s == SCREEN_DONE;
        for (int k = 0; k < (each_service ? catalog_service_count(a->w->catalog) : 1); k++) {
            a->v->service = k;
            look(a);
            for (int sending = 1; s == SCREEN_DONE && sending <= SENDING_STOPPED; sending++) {
                a->v->sending = (enum sending)sending;
                look(a);
            }
        }
    }
}

int audit_run(struct ui *ui, const struct visit_world *w, const struct screen_facts *facts,
              const char *path, struct err *err)
{
    struct arena *arena = arena_create(sizeof(struct visit) + 64, true);
    struct audit a = {.ui = ui, .v = arena_alloc(arena, sizeof(struct visit)), .w = w,
                      .facts = facts};
    int broken = 1;

    a.tally.findings = json_array();
    a.tally.settings = &a.v->settings;
    for (int size = 0; size < UI_SIZE_COUNT; size++)
        for (int theme = 0; theme < UI_THEME_COUNT; theme++)
            for (int lang = 0; lang < LANG_COUNT; lang++)
                for (int reach = 0; reach < 2; reach++) {
                    a.v->settings = (struct visit_settings){size, theme, lang, reach};
                    walk(&a);
                }
    broken = json_array_size(a.tally.findings) > 0;
    json_t *report = json_pack("{s:i, s:I, s:O}", "screens", a.looked_at, "findings",
                               (json_int_t)json_array_size(a.tally.findings), "list",
                               a.tally.findings);
    if (json_dump_file(report, path, JSON_INDENT(1)) != 0) {
        err_set(err, ERR_BROKEN, "%s: %s", path, strerror(errno));
        broken = 1;
    }
    printf("%d screens, %zu findings\n", a.looked_at, json_array_size(a.tally.findings));
    json_decref(report);
    json_decref(a.tally.findings);
    arena_destroy(arena);
    return broken;
}
