/* The commands of bangbanctl. Each gets the words after its name and returns the
 * exit status: 0 fine, 1 findings, 2 wrong use (main prints how). */
#ifndef CTL_COMMANDS_H
#define CTL_COMMANDS_H

#include <jansson.h>
#include <stdbool.h>

struct ctl_options {
    bool json;
    const char *data, *config; /* --data, --config; never NULL */
};

/* Takes the value over. */
void ctl_print_json(json_t *value);

int ctl_check_config(int argc, char **argv, const struct ctl_options *o);
int ctl_queue(int argc, char **argv, const struct ctl_options *o);
int ctl_selftest(int argc, char **argv, const struct ctl_options *o);

#endif
