/* Memory that outlives a call: the application's, lent; the library's, for both sides or to be freed. */
#include "program.h"

void cover_lent_memory(struct fixture *f)
{
    static const unsigned char a[3] = {1, 2, 3}, b[2] = {40, 50};
    dm_buffer buffer = new_buffer(f, NULL, 2);
    uint64_t sum = 0;
    uint32_t tag = 0;

    /* Attached until the stream is finished. */
    WANT(DM_OK, dmAttach(f->stream, a, sizeof a));
    WANT(DM_OK, dmSumAttached(f->stream, buffer, NULL));
    show(f, "one attached", buffer, 2);
    WANT(DM_OK, dmAttach(f->stream, b, sizeof b));
    WANT(DM_OK, dmSumAttached(f->stream, buffer, NULL));
    show(f, "two attached", buffer, 2);
    WANT(DM_OK, dmStreamFinish(f->stream));
    WANT(DM_OK, dmSumAttached(f->stream, buffer, NULL));
    show(f, "detached", buffer, 2);

    /* Read when the command runs; the memory may be used for something else after the finish. */
    unsigned char *heap = malloc(1000);
    memset(heap, 1, 1000);
    MUST(dmStreamPause(f->stream));
    WANT(DM_OK, dmAttach(f->stream, heap, 1000));
    WANT(DM_OK, dmSumAttached(f->stream, buffer, NULL));
    MUST(dmStreamResume(f->stream));
    WANT(DM_OK, dmStreamFinish(f->stream));
    free(heap);
    show(f, "a thousand", buffer, 1);
    WANT(DM_ERROR_INVALID_VALUE, dmAttach(f->stream, NULL, 1));
    WANT(DM_ERROR_INVALID_VALUE, dmAttach(f->stream, a, 0));
    WANT(DM_ERROR_INVALID_STREAM, dmAttach(NULL, a, 1));
    WANT(DM_ERROR_INVALID_STREAM, dmSumAttached(NULL, buffer, NULL));
    WANT(DM_ERROR_INVALID_BUFFER, dmSumAttached(f->stream, NULL, NULL));
    MUST(dmReleaseBuffer(buffer));

    /* Registered until it is not. */
    unsigned char *first = malloc(300), *second = malloc(20);
    memset(first, 2, 300);
    memset(second, 3, 20);
    WANT(DM_OK, dmRegisterMemory(first, 300));
    WANT(DM_OK, dmRegisterMemory(second, 20));
    WANT(DM_ERROR_BUSY, dmRegisterMemory(first, 1));
    WANT(DM_OK, dmSumRegistered(first, &sum));
    printf("sum %llu\n", (unsigned long long)sum);
    WANT(DM_OK, dmSumRegistered(second, &sum));
    printf("sum %llu\n", (unsigned long long)sum);
    WANT(DM_OK, dmUnregisterMemory(first));
    WANT(DM_ERROR_NOT_FOUND, dmSumRegistered(first, &sum));
    WANT(DM_ERROR_NOT_FOUND, dmUnregisterMemory(first));
    WANT(DM_ERROR_NOT_FOUND, dmSumRegistered(second + 1, &sum));
    memset(first, 5, 300);
    WANT(DM_OK, dmRegisterMemory(first, 100));
    WANT(DM_OK, dmSumRegistered(first, &sum));
    printf("sum %llu\n", (unsigned long long)sum);
    WANT(DM_ERROR_INVALID_VALUE, dmSumRegistered(first, NULL));
    WANT(DM_OK, dmUnregisterMemory(first));
    WANT(DM_OK, dmUnregisterMemory(second));
    WANT(DM_ERROR_INVALID_VALUE, dmRegisterMemory(NULL, 1));
    WANT(DM_ERROR_INVALID_VALUE, dmRegisterMemory(first, 0));
    WANT(DM_ERROR_INVALID_VALUE, dmUnregisterMemory(NULL));
    WANT(DM_ERROR_INVALID_VALUE, dmSumRegistered(NULL, &sum));
    free(first);
    free(second);

    /* Only addresses: nobody may look there. */
    const void *nowhere = (const void *)(uintptr_t)8;
    WANT(DM_OK, dmTag(nowhere, 8));
    WANT(DM_OK, dmTag(f, 9));
    WANT(DM_OK, dmTagOf(nowhere, &tag));
    printf("tag %u\n", tag);
    WANT(DM_OK, dmTagOf(f, &tag));
    printf("tag %u\n", tag);
    WANT(DM_OK, dmTag(f, 10));
    WANT(DM_OK, dmTagOf(f, &tag));
    printf("tag %u\n", tag);
    WANT(DM_OK, dmTag(nowhere, 0));
    WANT(DM_ERROR_NOT_FOUND, dmTagOf(nowhere, &tag));
    WANT(DM_OK, dmTag(f, 0));
    WANT(DM_OK, dmTag(f, 0));
    WANT(DM_ERROR_INVALID_VALUE, dmTag(NULL, 1));
    WANT(DM_ERROR_INVALID_VALUE, dmTagOf(NULL, &tag));
    WANT(DM_ERROR_INVALID_VALUE, dmTagOf(f, NULL));
}

void cover_host_memory(struct fixture *f)
{
    size_t n = 100000, zeros = 0, wrong = 0;
    uint64_t sums[2] = {0, 0};
    dm_event event, untouched = NULL;

    unsigned char *memory = dmAllocHost(n);
    YES(memory != NULL);
    for (size_t i = 0; i < n; i++)
        zeros += memory[i] == 0;
    YES(zeros == n);
    WANT(DM_OK, dmSumHost(f->stream, memory, n, &sums[0], &event));
    WANT(DM_OK, dmWaitEvents(1, &event));
    printf("sum %llu\n", (unsigned long long)sums[0]);
    MUST(dmReleaseEvent(event));

    /* The application writes, the device reads; and the other way round. */
    for (size_t i = 0; i < n; i++)
        memory[i] = (unsigned char)(i % 10);
    WANT(DM_OK, dmSumHost(f->stream, memory, n, &sums[0], NULL));
    WANT(DM_OK, dmFillHost(f->stream, memory + 10, 20, 7, NULL));
    WANT(DM_OK, dmSumHost(f->stream, memory, 40, &sums[1], NULL));
    WANT(DM_OK, dmStreamFinish(f->stream));
    printf("sums %llu and %llu\n", (unsigned long long)sums[0], (unsigned long long)sums[1]);
    for (size_t i = 0; i < n; i++)
        wrong += memory[i] != (i >= 10 && i < 30 ? 7 : i % 10);
    YES(wrong == 0);

    /* Many turns without a copy between. */
    for (int turn = 1; turn <= 20; turn++) {
        memory[0] = (unsigned char)turn;
        MUST(dmFillHost(f->stream, memory + 1, 9, (uint8_t)turn, NULL));
        MUST(dmSumHost(f->stream, memory, 10, &sums[0], &event));
        MUST(dmWaitEvents(1, &event));
        MUST(dmReleaseEvent(event));
        wrong += sums[0] != 10u * (unsigned)turn || memory[9] != turn;
    }
    YES(wrong == 0);

    WANT(DM_OK, dmSumHost(f->stream, memory + n - 1, 1, &sums[0], NULL));
    WANT(DM_ERROR_NOT_FOUND, dmSumHost(f->stream, memory + n - 1, 2, &sums[1], &untouched));
    WANT(DM_ERROR_NOT_FOUND, dmFillHost(f->stream, &zeros, 1, 1, &untouched));
    WANT(DM_ERROR_INVALID_VALUE, dmFillHost(f->stream, NULL, 1, 1, &untouched));
    WANT(DM_ERROR_INVALID_VALUE, dmFillHost(f->stream, memory, 0, 1, &untouched));
    WANT(DM_ERROR_INVALID_VALUE, dmSumHost(f->stream, memory, 0, &sums[1], &untouched));
    WANT(DM_ERROR_INVALID_VALUE, dmSumHost(f->stream, memory, 1, NULL, &untouched));
    WANT(DM_ERROR_INVALID_STREAM, dmSumHost(NULL, memory, 1, &sums[1], &untouched));
    WANT(DM_ERROR_INVALID_STREAM, dmFillHost(NULL, memory, 1, 1, &untouched));
    YES(untouched == NULL);
    MUST(dmStreamFinish(f->stream));

    /* It is also memory like any other. */
    dm_buffer buffer = new_buffer(f, NULL, 2);
    memset(memory, 1, 16);
    WANT(DM_OK, dmWrite(f->stream, buffer, 0, 16, memory, 0, NULL));
    WANT(DM_OK, dmRead(f->stream, buffer, 0, 16, memory + 16, 0, NULL));
    MUST(dmStreamFinish(f->stream));
    YES(memcmp(memory, memory + 16, 16) == 0);
    MUST(dmReleaseBuffer(buffer));

    WANT(DM_OK, dmFreeHost(memory));
    WANT(DM_ERROR_NOT_FOUND, dmFreeHost(memory));
    WANT(DM_ERROR_NOT_FOUND, dmFreeHost(&zeros));
    WANT(DM_ERROR_INVALID_VALUE, dmFreeHost(NULL));
    YES(dmAllocHost(0) == NULL);
    WANT(DM_ERROR_INVALID_VALUE, dmLastError());
    YES(dmAllocHost(SIZE_MAX) == NULL);
    WANT(DM_ERROR_OUT_OF_MEMORY, dmLastError());
}

void cover_reports(struct fixture *f)
{
    dm_device devices[3];
    dm_report *reports[3] = {NULL, NULL, NULL};
    char **names = NULL, **more = NULL;
    uint32_t count = 99;

    MUST(dmGetDevices(3, devices, NULL));
    for (size_t i = 0; i < 3; i++) {
        WANT(DM_OK, dmReport(devices[i], &reports[i]));
        const dm_report *report = reports[i];
        printf("%s:", report->title);
        for (uint32_t k = 0; k < report->line_count; k++)
            printf(" %s=%llu", report->lines[k].key, (unsigned long long)report->lines[k].value);
        printf(", samples");
        for (uint32_t k = 0; k < report->sample_count; k++)
            printf(" %g", report->samples[k]);
        printf("%s\n", report->samples ? "" : " none");
        YES(report->device == devices[i]);
    }
    /* It may be changed in place. */
    reports[0]->title[0] = 'r';
    reports[0]->lines[1].value++;
    reports[0]->samples[0] = 1;
    printf("%s\n", reports[0]->title);
    WANT(DM_OK, dmFreeReport(reports[1]));
    WANT(DM_OK, dmFreeReport(reports[0]));
    WANT(DM_OK, dmFreeReport(reports[2]));
    WANT(DM_OK, dmFreeReport(NULL));
    WANT(DM_ERROR_NOT_FOUND, dmFreeReport((dm_report *)(void *)f));
    WANT(DM_ERROR_INVALID_VALUE, dmReport(f->device, NULL));
    WANT(DM_ERROR_INVALID_DEVICE, dmReport(NULL, &reports[0]));

    WANT(DM_OK, dmKernelNames(f->device, &names, &count));
    WANT(DM_OK, dmKernelNames(f->device, &more, &count));
    YES(names != more);
    for (uint32_t i = 0; i < count; i++)
        printf("kernel %s\n", names[i]);
    WANT(DM_OK, dmFreeNames(names));
    printf("still %s\n", more[count - 1]);
    WANT(DM_OK, dmFreeNames(more));
    WANT(DM_ERROR_INVALID_VALUE, dmFreeNames(NULL));
    WANT(DM_ERROR_NOT_FOUND, dmFreeNames((char **)(void *)f));
    WANT(DM_ERROR_INVALID_VALUE, dmKernelNames(f->device, NULL, &count));
    WANT(DM_ERROR_INVALID_VALUE, dmKernelNames(f->device, &names, NULL));
    WANT(DM_ERROR_INVALID_DEVICE, dmKernelNames(NULL, &names, &count));
}
