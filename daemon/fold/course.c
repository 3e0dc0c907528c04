#include "course.h"

#include "cart.h"
#include "session.h"

static const bool cart_event_table[FF_TYPE_COUNT] = {
    [FF_ADD_TO_CART] = true, [FF_REMOVE_FROM_CART] = true, [FF_UPDATE_CART] = true,
    [FF_VIEW_CART] = true,   [FF_BEGIN_CHECKOUT] = true,   [FF_CHECKOUT_STEP] = true,
    [FF_PURCHASE] = true,
};

bool course_touches_cart(enum ff_type type)
{
    return cart_event_table[type];
}

bool course_fold(const struct pen *p, struct course *c, const struct act *a)
{
    if (!a->late && !session_fold(p, &c->session, a)) {
        p->fold->counts.stray += p->sign;
        return false;
    }
    if (cart_event_table[a->type])
        cart_fold(p, &c->cart, a);
    return true;
}

bool course_fold_all(const struct pen *p, struct course *c, uint32_t acts, uint32_t asked)
{
    bool answer = true;
    for (; acts; acts = act_at(p->fold, acts)->next) {
        bool folded = course_fold(p, c, act_at(p->fold, acts));
        if (acts == asked)
            answer = folded;
    }
    return answer;
}

struct course course_share(struct fold *f, const struct course *c)
{
    return (struct course){session_share(f, &c->session), cart_share(f, c->cart)};
}

void course_release(struct fold *f, struct course *c)
{
    session_release(f, &c->session);
    cart_release(f, &c->cart);
}
