/* NVIDIA's management library with the GPUs of a script: as much of it as CodeCarbon and we ask of it.

   RIG_GPUS holds one GPU a line, its fields parted by tabs: name, UUID, bytes of memory, watts, and 1 or 0 for whether
   it has a counter of energy. A counter shows watts times CLOCK_MONOTONIC, the same in every process. Without a GPU the
   driver is not loaded. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { SUCCESS = 0, UNINITIALIZED = 1, INVALID_ARGUMENT = 2, NOT_SUPPORTED = 3, INSUFFICIENT_SIZE = 7, NO_DRIVER = 9 };
enum { MOST_GPUS = 16 };

typedef struct {
    char name[96], uuid[96];
    unsigned long long memory;
    double watts;
    int counter;
} Gpu;

typedef struct {
    unsigned long long total, free, used;
} Memory;

typedef struct {
    unsigned gpu, memory;
} Utilization;

static Gpu gpus[MOST_GPUS];
static unsigned count;
static int initialized;

static double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec + time.tv_nsec * 1e-9;
}

static int text(const char *value, char *buffer, unsigned length) {
    if (strlen(value) >= length) return INSUFFICIENT_SIZE;
    strcpy(buffer, value);
    return SUCCESS;
}

int nvmlInitWithFlags(unsigned flags) {
    const char *line = getenv("RIG_GPUS");
    (void)flags;
    count = 0;
    while (line && *line && count < MOST_GPUS) {
        Gpu *gpu = &gpus[count];
        if (sscanf(line, "%95[^\t]\t%95[^\t]\t%llu\t%lf\t%d", gpu->name, gpu->uuid, &gpu->memory, &gpu->watts,
                   &gpu->counter) == 5)
            count++;
        line = strchr(line, '\n');
        if (line) line++;
    }
    initialized = count > 0;
    return initialized ? SUCCESS : NO_DRIVER;
}

int nvmlInit_v2(void) { return nvmlInitWithFlags(0); }

int nvmlShutdown(void) { return SUCCESS; }

const char *nvmlErrorString(int error) { return error == NOT_SUPPORTED ? "Not Supported" : "an error of the rig's"; }

int nvmlDeviceGetCount_v2(unsigned *found) {
    *found = count;
    return initialized ? SUCCESS : UNINITIALIZED;
}

int nvmlDeviceGetHandleByIndex_v2(unsigned index, Gpu **gpu) {
    if (!initialized) return UNINITIALIZED;
    if (index >= count) return INVALID_ARGUMENT;
    *gpu = &gpus[index];
    return SUCCESS;
}

int nvmlDeviceGetName(Gpu *gpu, char *buffer, unsigned length) { return text(gpu->name, buffer, length); }

int nvmlDeviceGetUUID(Gpu *gpu, char *buffer, unsigned length) { return text(gpu->uuid, buffer, length); }

int nvmlDeviceGetMemoryInfo(Gpu *gpu, Memory *memory) {
    *memory = (Memory){gpu->memory, gpu->memory, 0};
    return SUCCESS;
}

int nvmlDeviceGetTotalEnergyConsumption(Gpu *gpu, unsigned long long *millijoules) {
    if (!gpu->counter) return NOT_SUPPORTED;
    *millijoules = (unsigned long long)(gpu->watts * now() * 1000);
    return SUCCESS;
}

int nvmlDeviceGetPowerUsage(Gpu *gpu, unsigned *milliwatts) {
    *milliwatts = (unsigned)(gpu->watts * 1000);
    return SUCCESS;
}

int nvmlDeviceGetEnforcedPowerLimit(Gpu *gpu, unsigned *milliwatts) {
    *milliwatts = (unsigned)(gpu->watts * 2000);
    return SUCCESS;
}

int nvmlDeviceGetTemperature(Gpu *gpu, int sensor, unsigned *celsius) {
    (void)gpu, (void)sensor;
    *celsius = 40;
    return SUCCESS;
}

int nvmlDeviceGetUtilizationRates(Gpu *gpu, Utilization *percent) {
    (void)gpu;
    *percent = (Utilization){50, 10};
    return SUCCESS;
}

int nvmlDeviceGetComputeMode(Gpu *gpu, int *mode) {
    (void)gpu;
    *mode = 0;
    return SUCCESS;
}

/* Nobody uses the GPUs. */

int nvmlDeviceGetComputeRunningProcesses_v3(Gpu *gpu, unsigned *processes, void *infos) {
    (void)gpu, (void)infos;
    *processes = 0;
    return SUCCESS;
}

int nvmlDeviceGetGraphicsRunningProcesses_v3(Gpu *gpu, unsigned *processes, void *infos) {
    return nvmlDeviceGetComputeRunningProcesses_v3(gpu, processes, infos);
}
