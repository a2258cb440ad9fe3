/* Digits and letters as large keys. Internal to screens/. */
#ifndef SCREENS_KEYPAD_H
#define SCREENS_KEYPAD_H

#include "screens/frame.h"

enum keypad { KEYPAD_DIGITS, KEYPAD_ID, KEYPAD_MONEY, KEYPAD_CODE };
void keypad(struct page *c, enum keypad kind);
/* What was typed so far, in groups that match the paper it is read from. */
void keypad_field(struct page *c, const char *label, const int *groups);

#endif
