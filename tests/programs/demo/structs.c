/* Structs with pointers in them: one with everything, trees, and lists whose type another argument says. */
#include "program.h"

static void show_config(void)
{
    char text[512];
    size_t size = 0;
    dm_status status = dmDescribeConfig(sizeof text, text, &size);
    printf("configured (%s, %zu): %s\n", status_name(status), size, status == DM_OK ? text : "");
}

/* What the progress callback saw. */
struct progress {
    pthread_t caller;
    uint32_t sum;
    int calls;
    int same_thread;
    dm_buffer buffer;
    size_t size;
};

static void progress(uint32_t percent, void *user)
{
    struct progress *p = user;
    p->sum = p->sum * 1000 + percent;
    p->calls++;
    p->same_thread += pthread_equal(pthread_self(), p->caller) != 0;
    MUST(dmBufferSize(p->buffer, &p->size));
}

void cover_config(struct fixture *f)
{
    char text[8] = "-------";
    size_t size = 77;
    dm_buffer buffer = new_buffer(f, NULL, 3);
    struct progress p = {.caller = pthread_self(), .buffer = buffer};

    WANT(DM_ERROR_NOT_FOUND, dmDescribeConfig(sizeof text, text, &size));
    dm_config config = {.size = sizeof config};
    WANT(DM_OK, dmConfigure(&config));
    show_config();

    dm_limits limits = {1ull << 40, 3, "owner"};
    dm_range ranges[3] = {{5, 6}, {7, 8}, {9, UINT32_MAX}};
    uint16_t entries[4] = {1, 2, 3, 65535};
    dm_extension_device device = {{DM_EXTENSION_DEVICE, NULL}, f->device};
    dm_extension_table table = {{DM_EXTENSION_TABLE, &device.base}, 4, entries};
    dm_extension_table no_table = {{DM_EXTENSION_TABLE, &table.base}, 0, NULL};
    dm_extension_label label = {{DM_EXTENSION_LABEL, &no_table.base}, "a label"};
    dm_extension_color color = {{DM_EXTENSION_COLOR, &label.base}, {255, 1, 16}};
    config = (dm_config){sizeof config, 0xf00f, "everything", &limits, {{1, 2}, {3, 4}}, 3, ranges, &color.base, progress, &p};
    WANT(DM_OK, dmConfigure(&config));
    show_config();
    printf("progress: %d calls, %d in this thread, %u, %zu\n", p.calls, p.same_thread, p.sum, p.size);

    limits.owner = NULL;
    config.next = &table.base;
    config.range_count = 1;
    config.progress = NULL;
    WANT(DM_OK, dmConfigure(&config));
    show_config();

    /* A failure changes nothing and tells nobody. */
    p.calls = 0;
    config.progress = progress;
    WANT(DM_ERROR_INVALID_VALUE, dmConfigure(NULL));
    config.size = sizeof config - 1;
    WANT(DM_ERROR_INVALID_VALUE, dmConfigure(&config));
    config.size = sizeof config;
    config.ranges = NULL;
    WANT(DM_ERROR_INVALID_VALUE, dmConfigure(&config));
    config.range_count = 0;
    config.next = &label.base;
    label.label = NULL;
    WANT(DM_ERROR_INVALID_VALUE, dmConfigure(&config));
    label.label = "";
    table.entries = NULL;
    WANT(DM_ERROR_INVALID_VALUE, dmConfigure(&config));
    table.entries = entries;
    device.device = NULL;
    WANT(DM_ERROR_INVALID_DEVICE, dmConfigure(&config));
    device.base.kind = 99;
    WANT(DM_ERROR_UNSUPPORTED, dmConfigure(&config));
    printf("progress: %d calls\n", p.calls);
    show_config();
    WANT(DM_ERROR_INVALID_VALUE, dmDescribeConfig(sizeof text, text, &size));
    YES(strcmp(text, "-------") == 0 && size == 77);
    WANT(DM_ERROR_INVALID_VALUE, dmDescribeConfig(0, NULL, NULL));
    WANT(DM_OK, dmDescribeConfig(0, NULL, &size));
    printf("%zu bytes\n", size);
    MUST(dmReleaseBuffer(buffer));
}

static void show_tree(const dm_node *node)
{
    if (!node) {
        printf(".");
        return;
    }
    printf("(");
    show_tree(node->left);
    printf("%lld", (long long)node->value);
    show_tree(node->right);
    printf(")");
}

void cover_trees(struct fixture *f)
{
    (void)f;
    dm_node leaves[3] = {{1, NULL, NULL}, {-2, NULL, NULL}, {INT64_C(1) << 60, NULL, NULL}};
    dm_node inner[2] = {{10, &leaves[0], &leaves[1]}, {20, NULL, &leaves[2]}};
    dm_node root = {100, &inner[0], &inner[1]};
    int64_t sum = 7;

    WANT(DM_OK, dmTreeSum(&root, &sum));
    printf("sum %lld\n", (long long)sum);
    WANT(DM_OK, dmTreeSum(&leaves[1], &sum));
    printf("sum %lld\n", (long long)sum);
    WANT(DM_OK, dmTreeSum(NULL, &sum));
    printf("sum %lld\n", (long long)sum);
    WANT(DM_ERROR_INVALID_VALUE, dmTreeSum(&root, NULL));

    show_tree(&root);
    printf("\n");
    WANT(DM_OK, dmTreeNegate(&root));
    show_tree(&root);
    printf("\n");
    YES(root.left == &inner[0] && root.right == &inner[1] && inner[1].left == NULL && inner[0].right == &leaves[1]);
    WANT(DM_OK, dmTreeNegate(&inner[0]));
    show_tree(&root);
    printf("\n");
    WANT(DM_OK, dmTreeNegate(NULL));

    /* A list is a tree, too. */
    enum { LENGTH = 200 };
    static dm_node list[LENGTH];
    for (int i = 0; i < LENGTH; i++)
        list[i] = (dm_node){i, i % 2 && i + 1 < LENGTH ? &list[i + 1] : NULL, i % 2 == 0 && i + 1 < LENGTH ? &list[i + 1] : NULL};
    WANT(DM_OK, dmTreeSum(list, &sum));
    printf("sum %lld\n", (long long)sum);
    WANT(DM_OK, dmTreeNegate(list));
    WANT(DM_OK, dmTreeSum(list, &sum));
    printf("sum %lld\n", (long long)sum);
}

void cover_numbers(struct fixture *f)
{
    (void)f;
    static const int32_t ints[3] = {1, -2, INT32_MAX};
    static const int64_t longs[2] = {INT64_C(1) << 40, 1};
    static const float floats[3] = {0.5f, 0.25f, -8};
    static const double doubles[2] = {1e10, 0.125};
    double sum = 7, values[3] = {1.5, 0, 4};

    WANT(DM_OK, dmCast(DM_TYPE_INT32, ints, 3, &sum));
    printf("sum %.3f\n", sum);
    WANT(DM_OK, dmCast(DM_TYPE_INT64, longs, 2, &sum));
    printf("sum %.3f\n", sum);
    WANT(DM_OK, dmCast(DM_TYPE_FLOAT, floats, 3, &sum));
    printf("sum %.3f\n", sum);
    WANT(DM_OK, dmCast(DM_TYPE_DOUBLE, doubles, 2, &sum));
    printf("sum %.3f\n", sum);
    sum = 7;
    WANT(DM_ERROR_INVALID_VALUE, dmCast(0, ints, 1, &sum));
    WANT(DM_ERROR_INVALID_VALUE, dmCast(9, ints, 1, &sum));
    WANT(DM_ERROR_INVALID_VALUE, dmCast(DM_TYPE_INT32, NULL, 1, &sum));
    WANT(DM_ERROR_INVALID_VALUE, dmCast(DM_TYPE_INT32, ints, 1, NULL));
    YES(sum == 7);
    WANT(DM_OK, dmCast(DM_TYPE_FLOAT, NULL, 0, &sum));
    YES(sum == 0);

    WANT(DM_OK, dmTransform(values, 3));
    printf("squares %g %g %g\n", values[0], values[1], values[2]);
    values[1] = -1;
    WANT(DM_ERROR_INVALID_VALUE, dmTransform(values, 3));
    printf("unchanged %g %g %g\n", values[0], values[1], values[2]);
    WANT(DM_OK, dmTransform(values, 1));
    printf("squares %g %g %g\n", values[0], values[1], values[2]);
    WANT(DM_OK, dmTransform(NULL, 0));
    WANT(DM_ERROR_INVALID_VALUE, dmTransform(NULL, 1));
}
