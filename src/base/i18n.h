/* The program's own words. zh-CN is the source text; English comes from
 * assets/translations/en.po through gettext. The language is an argument, not a
 * process-wide locale: a visit in English and a log in Chinese can coexist, and
 * no system locale needs to be installed. */
#ifndef BASE_I18N_H
#define BASE_I18N_H

enum lang { LANG_ZH, LANG_EN, LANG_COUNT };

/* Once, before threads start. folder holds x/LC_MESSAGES/bangban-en.mo. */
void i18n_init(const char *folder);

/* The text in that language; the zh text itself where no translation exists.
 * Never NULL; valid for ever. Marked for xgettext by --keyword=tr:2. */
const char *tr(enum lang lang, const char *zh) __attribute__((format_arg(2)));

const char *lang_code(enum lang lang); /* "zh-CN", "en" (BCP 47) */

#endif
