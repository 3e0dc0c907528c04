#include "store_memory.h"
#include "store_suite.h"

/* The suite against the simplest store: it shows what the suite takes for granted. */
static int memory_setup(void **state)
{
    static struct suite suite;
    suite = (struct suite){.ops = &store_memory, .options = {.path = "memory:suite"}};
    *state = &suite;
    return 0;
}

static int memory_teardown(void **state)
{
    struct suite *s = *state;
    if (!s->store)
        store_memory_forget(s->options.path);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SUITE_TESTS(memory_setup, memory_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
