/* Bank card numbers: 12-19 digits, the last a Luhn check digit. A passbook's
 * account number often has none, so BANK_CARD_LUHN asks to look again, no more. */
#ifndef RULES_BANK_CARD_H
#define RULES_BANK_CARD_H

enum bank_card_fault {
    BANK_CARD_OK,
    BANK_CARD_EMPTY,
    BANK_CARD_CHARACTERS,
    BANK_CARD_LENGTH,
    BANK_CARD_LUHN, /* out is filled all the same */
};

enum bank_card_fault bank_card_check(const char *typed, char out[20]);

#endif
