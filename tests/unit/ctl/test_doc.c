#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "doc.h"

static void collect(void *ctx, const char *name, const struct doc *value)
{
    (void)value;
    strcat(ctx, name);
}

static void a_document_is_read_in_the_order_of_its_text(void **state)
{
    (void)state;
    struct doc *doc = doc_read(FF_LITERAL("{\"b\":1,\"a\":[2.5,null],\"c\":{\"d\":\"x\"}}"));
    assert_non_null(doc);
    char names[8] = "";
    doc_each(doc, collect, names);
    assert_string_equal(names, "bac");
    assert_int_equal(doc_integer(doc_member(doc, "b")), 1);
    const struct doc *list = doc_member(doc, "a");
    assert_int_equal(doc_count(list), 2);
    assert_true(doc_number(doc_element(list, 0)) == 2.5);
    assert_int_equal(doc_kind(doc_element(list, 1)), DOC_NULL);
    assert_string_equal(doc_text(doc_member(doc_member(doc, "c"), "d")), "x");
    doc_free(&doc);
    assert_null(doc);
}

static void what_is_not_there_reads_as_nothing(void **state)
{
    (void)state;
    assert_null(doc_read(FF_LITERAL("{\"a\":")));
    assert_null(doc_read((struct ff_span){NULL, 0}));
    assert_null(doc_member(NULL, "a"));
    assert_string_equal(doc_text(NULL), "");
    assert_int_equal(doc_integer(NULL), 0);
    assert_int_equal(doc_count(NULL), 0);
    assert_null(doc_element(NULL, 0));
    struct doc *none = NULL;
    doc_free(&none);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_document_is_read_in_the_order_of_its_text),
        cmocka_unit_test(what_is_not_there_reads_as_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
