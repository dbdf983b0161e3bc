/** Which fields of pods and containers are read; the others with the effect that is missing. */
import type * as core from 'kubernetes-types/core/v1.js'
import { NO_EFFECT, READ, uses, type Fields } from '../fields.ts'

export const POD_SPEC: Fields<core.PodSpec> = {
  ...uses(READ, 'affinity', 'containers', 'hostNetwork', 'initContainers', 'nodeName', 'nodeSelector', 'overhead', 'preemptionPolicy'),
  ...uses(READ, 'priority', 'priorityClassName', 'restartPolicy', 'schedulerName', 'terminationGracePeriodSeconds', 'tolerations'),
  ...uses(READ, 'topologySpreadConstraints', 'volumes'),
  ...uses(NO_EFFECT, 'automountServiceAccountToken', 'dnsConfig', 'dnsPolicy', 'enableServiceLinks', 'hostAliases', 'hostIPC', 'hostPID'),
  ...uses(NO_EFFECT, 'hostUsers', 'hostname', 'imagePullSecrets', 'os', 'securityContext', 'serviceAccount', 'serviceAccountName'),
  ...uses(NO_EFFECT, 'setHostnameAsFQDN', 'shareProcessNamespace', 'subdomain', 'ephemeralContainers'),
  activeDeadlineSeconds: 'the pod would fail after this time',
  readinessGates: 'the pod is ready only when these conditions are true',
  resourceClaims: 'the pod needs these devices',
  runtimeClassName: 'its class may add overhead and choose nodes; write overhead and nodeSelector instead',
  schedulingGates: 'the pod is not scheduled until the gates are removed',
}

export const CONTAINER: Fields<core.Container> = {
  ...uses(READ, 'env', 'envFrom', 'image', 'imagePullPolicy', 'lifecycle', 'livenessProbe', 'name', 'ports', 'readinessProbe'),
  ...uses(READ, 'resources', 'restartPolicy', 'startupProbe'),
  ...uses(NO_EFFECT, 'args', 'command', 'securityContext', 'stdin', 'stdinOnce', 'terminationMessagePath', 'terminationMessagePolicy'),
  ...uses(NO_EFFECT, 'tty', 'volumeDevices', 'volumeMounts', 'workingDir'),
  resizePolicy: 'a change of its resources restarts the container, or does not',
}

export const PROBE: Fields<core.Probe> = uses(
  READ,
  'exec',
  'failureThreshold',
  'grpc',
  'httpGet',
  'initialDelaySeconds',
  'periodSeconds',
  'successThreshold',
  'tcpSocket',
  'terminationGracePeriodSeconds',
  'timeoutSeconds',
)

export const RESOURCES: Fields<core.ResourceRequirements> = { limits: READ, requests: READ, claims: 'the container needs these devices' }

export const CONTAINER_PORT: Fields<core.ContainerPort> = {
  ...uses(READ, 'containerPort', 'hostPort', 'name', 'protocol'),
  hostIP: 'the port of the node is taken on this address only',
}

export const TOLERATION: Fields<core.Toleration> = uses(READ, 'effect', 'key', 'operator', 'tolerationSeconds', 'value')

export const AFFINITY: Fields<core.Affinity> = uses(READ, 'nodeAffinity', 'podAffinity', 'podAntiAffinity')

export const POD_TERM: Fields<core.PodAffinityTerm> = {
  ...uses(READ, 'labelSelector', 'namespaceSelector', 'namespaces', 'topologyKey'),
  ...uses('pods of other revisions are told apart by these labels', 'matchLabelKeys', 'mismatchLabelKeys'),
}

export const SPREAD: Fields<core.TopologySpreadConstraint> = {
  ...uses(READ, 'labelSelector', 'maxSkew', 'minDomains', 'nodeAffinityPolicy', 'nodeTaintsPolicy', 'topologyKey', 'whenUnsatisfiable'),
  matchLabelKeys: 'pods of other revisions are told apart by these labels',
}

export const POD_TEMPLATE: Fields<core.PodTemplateSpec> = uses(READ, 'metadata', 'spec')
