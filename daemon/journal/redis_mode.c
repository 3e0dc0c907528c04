#include "redis_mode.h"

#include <stddef.h>

#define TROUBLE REDIS_EVENT_TROUBLE
#define OURS REDIS_EVENT_OURS
#define NEARLY REDIS_EVENT_NEARLY
#define DRAINED REDIS_EVENT_DRAINED
#define MENDED REDIS_EVENT_MENDED

/* LOST and FENCED lead to the modes of that name from everywhere but from FENCED. */
static const struct mode_row {
    const char *name;
    const char *degraded;
    bool spills;
    unsigned char after[REDIS_EVENTS]; /* 0: the same, else 1 more than the mode */
} mode_table[REDIS_MODES] = {
#define TO(mode) (1 + (mode))
#define ENDS [REDIS_EVENT_LOST] = TO(REDIS_LOST), [REDIS_EVENT_FENCED] = TO(REDIS_MODE_FENCED)
    [REDIS_DIRECT] = {"direct", NULL, false, {ENDS, [TROUBLE] = TO(REDIS_SPILLING)}},
    [REDIS_SPILLING] = {"spilling", "spilling", true, {ENDS, [OURS] = TO(REDIS_DRAINING)}},
    [REDIS_DRAINING] = {"draining", "spilling", true,
                        {ENDS, [TROUBLE] = TO(REDIS_SPILLING), [NEARLY] = TO(REDIS_CLOSING), [DRAINED] = TO(REDIS_DIRECT)}},
    [REDIS_CLOSING] = {"closing", "draining", false,
                       {ENDS, [TROUBLE] = TO(REDIS_SPILLING), [DRAINED] = TO(REDIS_DIRECT)}},
    [REDIS_LOST] = {"lost", "spilling", true, {ENDS, [MENDED] = TO(REDIS_DIRECT)}},
    [REDIS_MODE_FENCED] = {"fenced", NULL, false, {0}},
#undef ENDS
#undef TO
};

enum redis_mode redis_mode_after(enum redis_mode mode, enum redis_event event)
{
    const unsigned char to = mode_table[mode].after[event];
    return to ? (enum redis_mode)(to - 1) : mode;
}

enum redis_event redis_mode_event(enum redis_trouble t)
{
    return t == REDIS_FENCED ? REDIS_EVENT_FENCED : t == REDIS_LOST_DATA ? REDIS_EVENT_LOST : REDIS_EVENT_TROUBLE;
}

bool redis_mode_spills(enum redis_mode mode)
{
    return mode_table[mode].spills;
}

const char *redis_mode_degraded(enum redis_mode mode)
{
    return mode_table[mode].degraded;
}

const char *redis_mode_name(enum redis_mode mode)
{
    return mode_table[mode].name;
}
