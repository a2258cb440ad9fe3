#include "base/i18n.h"

#include <libintl.h>
#include <locale.h>
#include <stdlib.h>

/* gettext picks a catalogue by (domain, language). We fix the language to the
 * one folder "x" and let the domain carry the choice instead, so no process-wide
 * state changes when a resident changes the language. gettext ignores LANGUAGE
 * in the "C" locale, hence C.UTF-8, which every Debian has. */
void i18n_init(const char *folder)
{
    setlocale(LC_ALL, "C.UTF-8");
    setenv("LANGUAGE", "x", 1);
    bindtextdomain("bangban-en", folder);
    bind_textdomain_codeset("bangban-en", "UTF-8");
}

const char *tr(enum lang lang, const char *zh)
{
    return lang == LANG_EN && *zh ? dgettext("bangban-en", zh) : zh;
}

const char *lang_code(enum lang lang)
{
    return lang == LANG_EN ? "en" : "zh-CN";
}
