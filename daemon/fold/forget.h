/* Forget: whom the fold was told to forget, until nothing of them is in the journal either. The note that
 * says so is a record, and so is the one that says that it is done: what is left to do is a function of the
 * records, and is found again after any end. */
#ifndef FOOTFALL_FOLD_FORGET_H
#define FOOTFALL_FOLD_FORGET_H

#include "image.h"
#include "state.h"

/* At most cap at once. False: out of memory. */
bool forget_init(struct fold *f, uint32_t cap);
void forget_fini(struct fold *f);

/* Folds a note: whoever it names is gone from the fold. What they were counted as stays; an open cart
 * counts as abandoned from now on. */
void forget_note(struct fold *f, const struct ff_note *n);

/* As a section of the fold's image. get: false where it is none. Where there is less room than there was,
 * the newest are left out, and stay in the journal. */
void forget_save(const struct fold *f, struct image_out *out);
bool forget_load(struct fold *f, struct image_in *in);

#endif
