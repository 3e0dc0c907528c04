/* The rules of the default channel groups, over what is known of a source, and what medium and campaign say. */
#ifndef FOOTFALL_CHANNEL_RULES_H
#define FOOTFALL_CHANNEL_RULES_H

#include "channels.h"

/* What a source is; KIND_REFERRAL: an ordinary site, though it lies below a host of another kind. */
enum source_kind {
    KIND_UNKNOWN,
    KIND_SEARCH,
    KIND_SOCIAL,
    KIND_VIDEO,
    KIND_SHOPPING,
    KIND_EMAIL,
    KIND_AI,
    KIND_PAID,
    KIND_REFERRAL,
    KIND_PAYMENT,
    KIND_SPAM,
};

/* Texts in lower case, {NULL, 0} where there is none. */
struct rule_facts {
    enum source_kind kind;
    struct ff_span source, medium, campaign;
    bool paid; /* channel_rules sets it in its own copy */
};

/* The channel of the first rule that holds; FF_CHANNEL_UNASSIGNED where none does. */
enum ff_channel channel_rules(const struct rule_facts *facts);

#endif
