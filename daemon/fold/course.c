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

/* What the act does beyond its session, if it had a part in one or needs none. */
static bool course_took(const struct pen *p, struct course *c, const struct act *a, bool folded)
{
    if (!folded)
        p->fold->counts.stray += p->sign;
    else if (cart_event_table[a->type])
        cart_fold(p, &c->cart, a);
    return folded;
}

bool course_fold(const struct pen *p, struct course *c, const struct act *a)
{
    return course_took(p, c, a, a->late || session_fold(p, &c->session, a));
}

/* A ping may have had no session so far: then its visitor has not been counted with it. */
bool course_fold_all(const struct pen *p, struct course *c, uint32_t acts, uint32_t asked)
{
    bool answer = true;
    struct session_run run = {.open = false};
    for (; acts; acts = act_at(p->fold, acts)->next) {
        const struct act *a = act_at(p->fold, acts);
        bool seen = acts != asked && a->type != FF_PING;
        bool folded = course_took(p, c, a, a->late || session_run_fold(p, &run, &c->session, a, seen));
        if (acts == asked)
            answer = folded;
    }
    session_run_end(p, &run, &c->session);
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
