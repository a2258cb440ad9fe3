/* 残疾人证号: the holder's 18-character number, the kind (1 sight 2 hearing 3 speech
 * 4 limbs 5 intellect 6 mental 7 several), the grade (1 heaviest .. 4), and up to
 * three more characters on re-issued certificates. Position 18 may be X. */
#ifndef RULES_DISABILITY_ID_H
#define RULES_DISABILITY_ID_H

enum disability_id_fault {
    DISABILITY_ID_OK,
    DISABILITY_ID_EMPTY,
    DISABILITY_ID_LENGTH,
    DISABILITY_ID_CHARACTERS,
    DISABILITY_ID_KIND,
};

struct disability_id {
    char number[24]; /* normalised, with its tail; compare the first 20 only */
    int kind, grade;
};

enum disability_id_fault disability_id_parse(const char *typed, struct disability_id *out);

#endif
