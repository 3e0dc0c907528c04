#include "change.h"

#include <math.h>

void change_write(struct json_out *out, double now, double before)
{
    json_out_double(out, before == 0 ? NAN : (now - before) / fabs(before));
}

void change_write_money(struct json_out *out, const struct amount *now, size_t now_n,
                        const struct amount *before, size_t before_n, double absent)
{
    const struct amount *now_end = now + now_n, *before_end = before + before_n;
    json_out_open(out, '{');
    while (now < now_end || before < before_end) {
        ff_currency next = now < now_end ? now->currency : before->currency;
        if (before < before_end && before->currency < next)
            next = before->currency;
        double is = absent, was = NAN;
        if (now < now_end && now->currency == next)
            is = (double)now++->amount;
        if (before < before_end && before->currency == next)
            was = (double)before++->amount;
        char code[4];
        ff_currency_text(next, code);
        json_out_key(out, ff_span_text(code));
        change_write(out, is, was);
    }
    json_out_close(out, '}');
}
