#include "money_out.h"

void money_out(struct json_out *out, const struct amount *amounts, size_t n)
{
    json_out_open(out, '{');
    for (size_t i = 0; i < n; i++) {
        char code[4];
        ff_currency_text(amounts[i].currency, code);
        json_out_key(out, ff_span_text(code));
        json_out_money(out, amounts[i].amount);
    }
    json_out_close(out, '}');
}
