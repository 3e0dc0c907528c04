#include "check_items.h"

#include "fault.h"
#include "item_limits.h"
#include "utf8.h"

static const char *const text_fields[FF_ITEM_TEXT_COUNT] = {
    "items.sku", "items.name", "items.category", "items.brand", "items.variant",
};

static bool check_sku(struct ff_beacon *b, struct ff_span sku)
{
    if (!sku.p)
        return refuse(b, FF_MISSING, text_fields[FF_ITEM_SKU], "an item needs a sku");
    if (sku.n == 0 || sku.n > LIMIT_SKU)
        return refuse(b, FF_BAD_ID, text_fields[FF_ITEM_SKU], NULL);
    if (!b->utf8 && !utf8_valid(sku))
        return refuse(b, FF_NOT_UTF8, text_fields[FF_ITEM_SKU], NULL);
    return true;
}

static bool check_quantity(struct ff_beacon *b, int32_t quantity)
{
    if (quantity == 0 && b->type != FF_UPDATE_CART)
        return refuse(b, FF_OUT_OF_RANGE, "items.quantity", "0 is for update_cart only");
    if (quantity < 0 || quantity > LIMIT_QUANTITY)
        return refuse(b, FF_OUT_OF_RANGE, "items.quantity", "an item's quantity is 1 to 1000000");
    return true;
}

/* *cut is set when a text of the item is too long. */
static bool check_item(struct ff_beacon *b, const struct ff_item *item, bool *cut)
{
    if (!check_sku(b, item->text[FF_ITEM_SKU]) || !check_quantity(b, item->quantity))
        return false;
    for (int i = FF_ITEM_SKU + 1; i < FF_ITEM_TEXT_COUNT; i++) {
        if (item->text[i].n > LIMIT_ITEM_TEXT)
            *cut = true;
        if (!b->utf8 && !utf8_valid(utf8_cut(item->text[i], LIMIT_ITEM_TEXT)))
            return refuse(b, FF_NOT_UTF8, text_fields[i], NULL);
    }
    return true;
}

/* Puts b's items with their texts cut into the canon. */
static bool cut_items(struct canon *c, struct ff_beacon *b)
{
    struct ff_item *copy = canon_items(c, b->item_count);
    if (!copy)
        return refuse(b, FF_NO_MEMORY, "items", NULL);
    for (uint32_t i = 0; i < b->item_count; i++) {
        copy[i] = b->items[i];
        for (int k = FF_ITEM_SKU + 1; k < FF_ITEM_TEXT_COUNT; k++) {
            if (copy[i].text[k].n <= LIMIT_ITEM_TEXT)
                continue;
            copy[i].text[k] = utf8_cut(copy[i].text[k], LIMIT_ITEM_TEXT);
            count_cut(b);
        }
    }
    b->items = copy;
    return true;
}

bool check_items(struct canon *c, struct ff_beacon *b)
{
    bool cut = false;
    if (b->item_count > FF_MAX_ITEMS)
        return refuse(b, FF_TOO_MANY_ITEMS, "items", NULL);
    for (uint32_t i = 0; i < b->item_count; i++)
        if (!check_item(b, &b->items[i], &cut))
            return false;
    return !cut || cut_items(c, b);
}
