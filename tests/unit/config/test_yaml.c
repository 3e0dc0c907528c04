#include "written.h"

#include "shelf.h"
#include "tree.h"

#include <stdlib.h>

static int setup(void **state)
{
    *state = shelf_new();
    return *state ? 0 : -1;
}

static int teardown(void **state)
{
    struct shelf *s = *state;
    shelf_free(&s);
    return 0;
}

static struct tree_node *reads(struct shelf *s, const char *yaml)
{
    char why[256] = "";
    struct written w = written_text(yaml);
    struct tree_node *root = tree_read(s, w.path, why, sizeof why);
    close(w.fd);
    if (!root)
        print_error("%s\n", why);
    assert_non_null(root);
    return root;
}

/* The bytes must be refused with why ending in expected. */
static void refuses_bytes(struct shelf *s, const char *bytes, size_t n, const char *expected)
{
    char why[256] = "";
    struct written w = written_bytes(bytes, n);
    assert_null(tree_read(s, w.path, why, sizeof why));
    close(w.fd);
    const char *said = strchr(why, ':');
    assert_non_null(said);
    if (strncmp(said, expected, strlen(expected)) != 0)
        assert_string_equal(said, expected);
}

static void refuses(struct shelf *s, const char *yaml, const char *expected)
{
    refuses_bytes(s, yaml, strlen(yaml), expected);
}

static void tree_holds_maps_lists_and_texts_with_their_lines(void **state)
{
    struct tree_node *root =
        reads(*state, "# words\na: 1\n\nb:\n  c: [x, \"y z\"]\n  d:\n    - e\n");
    assert_int_equal(root->kind, TREE_MAP);
    struct tree_node *a = root->first, *b = a->next, *c = b->first, *d = c->next;
    assert_true(ff_span_is(a->key, "a") && ff_span_is(a->text, "1") && a->kind == TREE_TEXT);
    assert_int_equal(a->line, 2);
    assert_true(ff_span_is(b->key, "b") && b->kind == TREE_MAP);
    assert_int_equal(b->line, 4);
    assert_null(b->next);
    assert_true(ff_span_is(c->key, "c") && c->kind == TREE_LIST);
    assert_int_equal(c->line, 5);
    assert_true(ff_span_is(c->first->text, "x") && ff_span_is(c->first->next->text, "y z"));
    assert_null(c->first->next->next);
    assert_int_equal(d->line, 6);
    assert_int_equal(d->first->line, 7);
}

static void nothing_is_what_is_left_out_but_not_what_is_quoted(void **state)
{
    struct tree_node *root = reads(*state, "a:\nb: ~\nc: null\nd: \"\"\ne: 'null'\n");
    enum tree_kind expected[] = {TREE_NOTHING, TREE_NOTHING, TREE_NOTHING, TREE_TEXT, TREE_TEXT};
    struct tree_node *node = root->first;
    for (size_t i = 0; i < 5; i++, node = node->next)
        assert_int_equal(node->kind, expected[i]);
}

static void an_empty_file_is_nothing(void **state)
{
    assert_int_equal(reads(*state, "")->kind, TREE_NOTHING);
    assert_int_equal(reads(*state, "# only words\n")->kind, TREE_NOTHING);
    assert_int_equal(reads(*state, "---\n...\n")->kind, TREE_NOTHING);
}

static void texts_live_on_the_shelf(void **state)
{
    struct tree_node *root = reads(*state, "key: a text of some length\n");
    assert_true(ff_span_is(root->first->text, "a text of some length"));
    assert_true(ff_span_is(root->first->key, "key"));
}

static void what_is_not_yaml_is_refused_with_its_line(void **state)
{
    refuses(*state, "a: 1\nb: [1, 2\nc: 3\n", ":3: not well-formed YAML: ");
    refuses(*state, "a: 1\n  b: 2\n", ":2: not well-formed YAML: ");
    refuses(*state, "a: \"x\n", ":2: not well-formed YAML: ");
    refuses(*state, "a:\n\t- 1\n", ":2: not well-formed YAML: ");
    refuses(*state, "a: 1\nb: \xff\n", ":2: not well-formed YAML: ");
    refuses(*state, "a: 1\nb: 2\nc: \x01\n", ":3: not well-formed YAML: ");
}

static void what_could_surprise_is_refused(void **state)
{
    refuses(*state, "a: &x 1\nb: *x\n", ":1: anchors, aliases and tags are not taken");
    refuses(*state, "a: 1\nb: *x\n", ":2: anchors, aliases and tags are not taken");
    refuses(*state, "a: !!str 1\n", ":1: anchors, aliases and tags are not taken");
    refuses(*state, "a: &x [1]\n", ":1: anchors, aliases and tags are not taken");
    refuses(*state, "a: &x {b: 1}\n", ":1: anchors, aliases and tags are not taken");
    refuses(*state, "&x a: 1\n", ":1: anchors, aliases and tags are not taken");
    refuses(*state, "a: 1\n---\nb: 2\n", ":2: a second document");
    refuses(*state, "a: 1\n? [b]\n: 2\n", ":2: a key must be a word");
    refuses(*state, "a: 1\nb: \"x\\0y\"\n", ":2: a NUL in a text");
}

static void nesting_is_bounded(void **state)
{
    char yaml[64] = "";
    memset(yaml, '[', TREE_MAX_DEPTH);
    memset(yaml + TREE_MAX_DEPTH, ']', TREE_MAX_DEPTH);
    yaml[2 * TREE_MAX_DEPTH] = '\0';
    assert_int_equal(reads(*state, yaml)->kind, TREE_LIST);
    memset(yaml, '[', sizeof yaml - 1);
    refuses(*state, yaml, ":1: nested too deep");
}

static void files_that_cannot_be_read_are_refused_by_name(void **state)
{
    char why[256];
    assert_null(tree_read(*state, "/no/such.yaml", why, sizeof why));
    assert_string_equal(why, "/no/such.yaml: cannot be opened: No such file or directory");
    assert_null(tree_read(*state, "/proc/self", why, sizeof why));
    assert_string_equal(why, "/proc/self: cannot be read: Is a directory");
}

static void a_file_beyond_its_limit_is_refused(void **state)
{
    char *bytes = malloc(TREE_MAX_BYTES + 1);
    memset(bytes, '\n', TREE_MAX_BYTES + 1);
    refuses_bytes(*state, bytes, TREE_MAX_BYTES + 1, ": larger than 1048576 bytes");
    struct written w = written_bytes(bytes, TREE_MAX_BYTES);
    char why[256];
    assert_non_null(tree_read(*state, w.path, why, sizeof why));
    close(w.fd);
    free(bytes);
}

/* Any cut of a good file gives a tree or a reason, and leaks nothing. */
static void any_cut_of_a_file_is_survived(void **state)
{
    static const char yaml[] =
        "a: {b: [1, \"2\", 'x']}\nc:\n  - d: e\n    f: |\n      g\n? h\n: i\n";
    for (size_t n = 0; n < sizeof yaml; n++) {
        char why[256] = "";
        struct written w = written_bytes(yaml, n);
        struct tree_node *root = tree_read(*state, w.path, why, sizeof why);
        close(w.fd);
        assert_true((root == NULL) == (why[0] != '\0'));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tree_holds_maps_lists_and_texts_with_their_lines),
        cmocka_unit_test(nothing_is_what_is_left_out_but_not_what_is_quoted),
        cmocka_unit_test(an_empty_file_is_nothing),
        cmocka_unit_test(texts_live_on_the_shelf),
        cmocka_unit_test(what_is_not_yaml_is_refused_with_its_line),
        cmocka_unit_test(what_could_surprise_is_refused),
        cmocka_unit_test(nesting_is_bounded),
        cmocka_unit_test(files_that_cannot_be_read_are_refused_by_name),
        cmocka_unit_test(a_file_beyond_its_limit_is_refused),
        cmocka_unit_test(any_cut_of_a_file_is_survived),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
