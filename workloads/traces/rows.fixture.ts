/** Small files in memory, one of each format, for tests of readers. */
import { Lines } from './lines.ts'
import type { RowFormat } from './format.ts'
import type { TraceKind, TraceKinds } from './trace.ts'

/** The lines of a text, as of a file of this name. */
export function linesOfText(text: string, file = 'some.csv'): Lines {
  let bytes: Uint8Array | undefined = Buffer.from(text)
  return new Lines(file, () => {
    const all = bytes
    bytes = undefined
    return all === undefined || all.length === 0 ? undefined : all
  })
}

/** All rows, as they are when they are given. */
export function rowsIn<Kind extends TraceKind>(format: RowFormat<Kind>, text: string): unknown[] {
  const rows: TraceKinds[TraceKind] = format.open(linesOfText(text))
  const all: unknown[] = []
  for (let row = rows.next(); row !== undefined; row = rows.next()) all.push(structuredClone(row))
  return all
}

/** Two processors for an hour, one that was cancelled before it ran, one that was cut into parts, one without processors. */
export const SWF = `; Version: 2.2
; Computer: a machine made up for this test
; UnixStartTime: 0
; MaxProcs: 64
   1    0    5  3600   2  3000.5   1024   4  7200   2048  1   3  1  -1  0 -1 -1 -1

   2   60   -1    -1  -1      -1     -1   8  7200     -1  5   3  1  -1  0 -1 -1 -1
   3   90   10   100   1     100     -1   1   200     -1  1   7  1  -1  1 -1 -1 -1
   3   90   10    40   1      40     -1   1   200     -1  2   7  1  -1  1 -1 -1 -1
   3  140    0    60   1      60     -1   1   200     -1  3   7  1  -1  1 -1 -1 -1
   4   95    0     0   0       0      0   0     0     -1  0  -1 -1  -1 -1 -1 -1 -1
`

const HASHES = ['7b2c43a2bc30', '1573b95c039e', 'e3cdb48830f6']

/** A file of each format that its reader takes. */
export const SAMPLES: Readonly<Record<string, string>> = {
  openb: `name,cpu_milli,memory_mib,num_gpu,gpu_milli,gpu_spec,qos,pod_phase,creation_time,deletion_time,scheduled_time
a,12000,16384,1,1000,T4|P100,LS,Running,100,400,103
b,6000,12288,1,460,,BE,Pending,50,60,
c,8000,30517,0,0,,Burstable,Failed,200,200,200
`,
  surf: `id,submit_s,duration_s,cpu_count,mem_mb
7,0,1194,16,100000
8,30,60.5,4,2000
9,10,0,16,100000
`,
  swf: SWF,
  batsim: `{
  "nb_res": 4,
  "jobs": [
    { "id": 0, "subtime": 0, "walltime": 100, "res": 1, "profile": "ten" },
    { "id": 1, "subtime": 3.5, "walltime": 100, "res": 4, "profile": "ten" },
    { "id": 2, "subtime": 3, "res": 2, "profile": "mpi" }
  ],
  "profiles": { "ten": { "type": "delay", "delay": 10 }, "mpi": { "type": "parallel_homogeneous", "cpu": 1e9, "com": 0 } }
}
`,
  'google-2011': `0,,1,0,7,0,u=,3,9,0.125,0.0625,0.2,0
0,,2,0,7,0,v=,3,0,0.03125,0.0625,0.2,0
5000000,,1,0,7,1,u=,3,9,0.125,0.0625,0.2,0
6000000,,3,1,,0,v=,0,0,,,,
9000000,,2,0,7,1,v=,3,0,0.03125,0.0625,0.2,0
15000000,,1,0,7,4,u=,3,9,,,,
20000000,,2,0,7,2,v=,3,0,0.03125,0.0625,0.2,0
`,
  'alibaba-dlrm': `instance_sn,role,app_name,cpu_request,cpu_limit,gpu_request,gpu_limit,rdma_request,rdma_limit,memory_request,memory_limit,disk_request,disk_limit,max_instance_per_node,creation_time,scheduled_time,deletion_time
instance_0,HN,app_0,12,12,1,1,25,25,120.0,120.0,640.0,800.0,8,,,
instance_89,CN,app_0,48,48,0,0,25,25,240.0,240.0,680.0,800.0,-1,,,900
instance_90,CN,app_1,48,48,0,0,25,25,240.0,240.0,680.0,800.0,-1,60,75,100
`,
  'kubernetes-pods': `{
  "apiVersion": "v1",
  "kind": "List",
  "items": [
    {
      "kind": "Pod",
      "metadata": { "name": "web-1", "namespace": "shop", "creationTimestamp": "2026-01-31T12:00:00Z" },
      "spec": {
        "containers": [
          { "name": "main", "resources": { "requests": { "cpu": "500m", "memory": "1Gi" } } },
          { "name": "proxy", "resources": { "requests": { "cpu": "100m", "memory": "64Mi" } } }
        ],
        "initContainers": [{ "name": "warm", "resources": { "requests": { "cpu": "1" } } }]
      },
      "status": { "phase": "Running", "startTime": "2026-01-31T12:00:02Z" }
    },
    {
      "kind": "Pod",
      "metadata": { "name": "batch-1", "creationTimestamp": "2026-01-31T12:01:00Z" },
      "spec": { "containers": [{ "name": "main", "resources": { "requests": { "cpu": 2, "nvidia.com/gpu": "1" } } }] },
      "status": {
        "phase": "Succeeded",
        "startTime": "2026-01-31T12:01:10Z",
        "containerStatuses": [{ "name": "main", "state": { "terminated": { "finishedAt": "2026-01-31T12:02:00Z" } } }]
      }
    }
  ]
}
`,
  'bitbrains-vms': `vm,start_s,duration_s,cpu_count,cpu_capacity_mhz,mem_capacity_kb
116,0,2592252,4,11704,6213632
190,300,2592252,8,20800,20971520
`,
  'azure-llm': `t_s,context_tokens,generated_tokens
0.000000,374,44
4.314579,396,109
4.541877,879,55
`,
  mooncake: `{"timestamp": 0, "input_length": 6758, "output_length": 500, "hash_ids": [0, 1, 2]}
{"timestamp": 3000, "input_length": 12, "output_length": 4, "hash_ids": [0]}
{"timestamp": 3000, "input_length": 700, "output_length": 90, "hash_ids": []}
`,
  'azure-functions': `app,func,end_timestamp,duration
${HASHES[0]},${HASHES[2]},10.5,10
${HASHES[1]},${HASHES[2]},57.15786004066467,57.154
${HASHES[0]},${HASHES[2]},59.1,0.001
`,
  'azure-functions-2019': `HashOwner,HashApp,HashFunction,Trigger,1,2,3,4
c455703077a1,68baea05aa0c,c13acdc7567b,queue,5,5,0,60
d7028b01f242,c8b8b9160f18,a2faad786b3c,http,0,0,30,0
`,
  nasa: `minute,requests
0,42
1,62
4,58
`,
  nab: `timestamp,value
2014-04-10 00:04:00,94.0
2014-04-10 00:09:00,56
2014-04-10 00:19:00,187.5
`,
  'nab-level': `timestamp,value
2014-01-16 00:00:00,33.5573
2014-01-16 00:05:00,33.446
`,
  bitbrains: `vm,t_s,len_s,cpu_usage_mhz
116,0,300,158
116,300,600,154.1
190,0,300,0
`,
  'bitbrains-original': `Timestamp [ms];\tCPU cores;\tCPU capacity provisioned [MHZ];\tCPU usage [MHZ];\tCPU usage [%];\tMemory capacity provisioned [KB]
1376314846;\t1;\t2599.999309;\t19.06666159933333;\t0.7333333333333333;\t2097152.0
1376315146;\t1;\t2599.999309;\t17.333328726666668;\t0.6666666666666667;\t2097152.0
1376316046;\t1;\t2599.999309;\t13.86666298133333;\t0.5333333333333333;\t2097152.0
1376316346;\t1;\t2599.999309;\t13.86666298133333;\t0.5333333333333333;\t2097152.0
`,
  prometheus: `"Time","{job=""api""}","{job=""web""}"
"2024-03-01 00:00:00","12.5","3"
"2024-03-01 00:00:30","13.1",""
"2024-03-01 00:01:00","11.0","4"
"2024-03-01 00:01:30","10","1e1"
`,
  workflows: `workflow,task,submit_ms,runtime_ms,threads,parents
0,0,6000,7184,1,
0,1,6500,9171,2,0
0,2,7000,5240,1,0 1
1,3,100,10,1,
`,
  wfcommons: `{
  "name": "diamond",
  "schemaVersion": "1.5",
  "workflow": {
    "specification": {
      "tasks": [
        { "name": "join", "id": "t3", "parents": ["t1", "t2"], "children": [] },
        { "name": "left", "id": "t1", "parents": ["t0"], "children": ["t3"] },
        { "name": "right", "id": "t2", "parents": ["t0"], "children": ["t3"] },
        { "name": "fork", "id": "t0", "parents": [], "children": ["t1", "t2"] }
      ]
    },
    "execution": {
      "makespanInSeconds": 40,
      "tasks": [
        { "id": "t0", "runtimeInSeconds": 10.5, "coreCount": 2, "memoryInBytes": 1000000 },
        { "id": "t1", "runtimeInSeconds": 20 },
        { "id": "t2", "runtimeInSeconds": 5 },
        { "id": "t3", "runtimeInSeconds": 1 }
      ]
    }
  }
}
`,
}
