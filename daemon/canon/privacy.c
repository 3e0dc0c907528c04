#include "privacy.h"

#include "fault.h"

#define UNUSUAL (FF_HAS(CONSENT) | FF_HAS(VISITOR_BEFORE))

static void drop_text(struct ff_beacon *b, uint64_t field, enum ff_text place)
{
    b->has &= ~field;
    b->text[place] = ff_span_of(NULL, 0);
}

static void set_consent(struct ff_beacon *b, bool given)
{
    b->has = given ? b->has | FF_HAS(CONSENT) : b->has & ~FF_HAS(CONSENT);
    b->consent = false; /* that it was given says nothing new */
}

bool privacy_check(const struct canon_arrival *how, enum ff_gpc gpc, bool visits, struct ff_beacon *b)
{
    if (!how->opts_out && !(b->has & UNUSUAL))
        return true;
    if (how->opts_out && visits && gpc == FF_GPC_DROP)
        return refuse(b, FF_OPTED_OUT, "", NULL);
    bool anonymous = visits && (ff_is_anonymous(b) || (how->opts_out && gpc == FF_GPC_ANONYMOUS));
    set_consent(b, anonymous);
    if (anonymous) {
        drop_text(b, FF_HAS(VISITOR), FF_TEXT_VISITOR);
        drop_text(b, FF_HAS(CUSTOMER), FF_TEXT_CUSTOMER);
    }
    if (ff_has(b, FF_HAS(VISITOR_BEFORE)) && (anonymous || !how->imported)) {
        drop_text(b, FF_HAS(VISITOR_BEFORE), FF_TEXT_VISITOR_BEFORE);
        b->unknown += !how->imported && b->unknown < UINT16_MAX; /* nobody's field to send */
    }
    return true;
}

bool privacy_check_visitor(const struct canon_arrival *how, struct ff_beacon *b)
{
    struct ff_span id = b->text[FF_TEXT_VISITOR];
    if (id.n == 0 || id.p[0] != FF_DERIVED_MARK || how->imported)
        return true;
    return refuse(b, FF_BAD_ID, "visitor", "ids that begin with ~ are footfall's own");
}
