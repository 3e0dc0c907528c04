/* Card: whose a cart is, where its visitor was last, and since when it is in the state it is in. Cards
 * are taken off a visitor's carts while an event is folded, since that copies carts and opens new ones,
 * and are put back to the carts they are of. */
#ifndef FOOTFALL_FOLD_CARD_H
#define FOOTFALL_FOLD_CARD_H

#include "footfall/record.h"
#include "state.h"

/* A cart as it was before, without its card. */
struct card_held {
    struct card card;
    ff_wall opened, last;
    ff_money_sum value;
    enum cart_state state; /* as of the record's own receipt, whatever now is */
    bool converted, emptied;
    bool there;
};

/* The cards of a visitor's cart and the one before it. */
struct card_hand {
    struct card_held of[2];
    bool folds; /* the record may change the carts: they are off their racks */
};

/* Before and after the record is folded into the story of the visitor. */
void card_take(struct fold *f, uint32_t visitor, const struct ff_record *r, struct card_hand *hand);
void card_give(struct fold *f, uint32_t visitor, const struct ff_record *r, struct card_hand *hand);

/* Lets go of what a card holds and empties it. */
void card_drop(struct fold *f, struct card *card);

/* No cart names the customer with this key any more. Looks at every cart. */
void card_forget(struct fold *f, uint64_t customer);

/* Puts the visitor's carts, which are on no rack, on those for what they are at t. */
void card_rack(struct fold *f, uint32_t visitor, ff_wall t);

#endif
