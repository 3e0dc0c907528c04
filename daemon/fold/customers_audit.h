/* Customers' audit: law 3 checked after every change, in builds with FF_AUDIT. What all persons contribute,
 * counted anew from their days into an empty ledger, is what the ledgers hold; and a customer's days are its
 * own and its members'. Not once somebody has left, nor where there are many. */
#ifndef FOOTFALL_FOLD_CUSTOMERS_AUDIT_H
#define FOOTFALL_FOLD_CUSTOMERS_AUDIT_H

struct fold;

#ifdef FF_AUDIT
/* Aborts where they differ. */
void customers_audit(struct fold *f);
#else
static inline void customers_audit(struct fold *f)
{
    (void)f;
}
#endif

#endif
