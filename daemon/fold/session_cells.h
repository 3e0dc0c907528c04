/* Session cells: what a session adds to the values of its dimensions and to the pages it saw, all of it at
 * its start. */
#ifndef FOOTFALL_FOLD_SESSION_CELLS_H
#define FOOTFALL_FOLD_SESSION_CELLS_H

#include "session.h"

/* What one act has changed of a session, or several of which none is a purchase. Words are borrowed. */
struct session_change {
    const struct session *before; /* not begun: the act began the session; its extras are as they are now */
    const struct session *after;
    uint32_t was, is;    /* the marks that it was and is counted with (SESSION_MARK) */
    bool left;           /* a page view came after another one, */
    uint32_t left_page;  /* of this page, */
    ff_dur left_after;   /* which had been seen so long */
    bool bought;         /* an order was added to the extras: */
    ff_currency currency;
    ff_money amount;
};

/* Emits the difference, but for what session_gather does. */
void session_cells(const struct pen *p, const struct session_change *c);

/* Emits that the page was left, and nothing else. */
void session_cells_left(const struct pen *p, const struct session_change *c);

#endif
