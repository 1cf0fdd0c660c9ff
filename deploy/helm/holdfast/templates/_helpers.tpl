{{- define "holdfast.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 63 | trimSuffix "-" }}
{{- end }}

{{/* Short enough for the names of pods and Services that are made of it. */}}
{{- define "holdfast.fullname" -}}
{{- if .Values.fullnameOverride }}
{{- .Values.fullnameOverride | trunc 52 | trimSuffix "-" }}
{{- else }}
{{- $name := default .Chart.Name .Values.nameOverride }}
{{- if contains $name .Release.Name }}
{{- .Release.Name | trunc 52 | trimSuffix "-" }}
{{- else }}
{{- printf "%s-%s" .Release.Name $name | trunc 52 | trimSuffix "-" }}
{{- end }}
{{- end }}
{{- end }}

{{- define "holdfast.nodes" -}}
{{ include "holdfast.fullname" . }}-nodes
{{- end }}

{{- define "holdfast.namespace" -}}
{{ .Values.namespaceOverride | default .Release.Namespace }}
{{- end }}

{{- define "holdfast.selectorLabels" -}}
app.kubernetes.io/name: {{ include "holdfast.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- define "holdfast.labels" -}}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" }}
{{ include "holdfast.selectorLabels" . }}
app.kubernetes.io/version: {{ .Values.image.tag | default .Chart.AppVersion | trunc 63 | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
{{- end }}

{{/* Name, namespace and labels of an object. Arguments: root, name, and optionally namespace, labels, annotations. */}}
{{- define "holdfast.metadata" -}}
name: {{ .name }}
{{- with .namespace | default .root.Values.namespaceOverride }}
namespace: {{ . }}
{{- end }}
labels:
  {{- include "holdfast.labels" .root | nindent 2 }}
  {{- with .labels }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
{{- with .annotations }}
annotations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end }}

{{- define "holdfast.serviceAccountName" -}}
{{- if .Values.serviceAccount.create }}
{{- .Values.serviceAccount.name | default (include "holdfast.fullname" .) }}
{{- else }}
{{- .Values.serviceAccount.name | default "default" }}
{{- end }}
{{- end }}

{{/* Nodes that the cluster is meant to have. */}}
{{- define "holdfast.size" -}}
{{ .Values.cluster.size | default .Values.replicaCount | int }}
{{- end }}

{{/* Not empty if pods are nodes of a cluster. */}}
{{- define "holdfast.isCluster" -}}
{{- if gt (include "holdfast.size" . | int) 1 }}true{{ end }}
{{- end }}

{{- define "holdfast.clusterSecretName" -}}
{{ .Values.cluster.existingSecret | default (printf "%s-cluster" (include "holdfast.fullname" .)) }}
{{- end }}

{{/* Not empty if there is a web config file. */}}
{{- define "holdfast.hasWebConfig" -}}
{{- with .Values.webConfiguration }}
{{- if or .basicAuthUsers .config .existingSecret.name }}true{{ end }}
{{- end }}
{{- end }}

{{- define "holdfast.webConfigSecretName" -}}
{{ .Values.webConfiguration.existingSecret.name | default (printf "%s-web-config" (include "holdfast.fullname" .)) }}
{{- end }}

{{- define "holdfast.scheme" -}}
{{- with .Values.webConfiguration }}
{{- if .existingSecret.name }}{{ .existingSecret.scheme }}
{{- else if hasKey .config "tls_server_config" }}https
{{- else }}http
{{- end }}
{{- end }}
{{- end }}

{{/* The first user by name, for probes and scrapes. */}}
{{- define "holdfast.probeUser" -}}
{{- if not .Values.webConfiguration.existingSecret.name }}
{{- keys .Values.webConfiguration.basicAuthUsers | sortAlpha | first | default "" }}
{{- end }}
{{- end }}

{{/* A probe, with what the web config file asks of it. Arguments: root, probe. */}}
{{- define "holdfast.probe" -}}
{{- $probe := deepCopy .probe }}
{{- if $probe.httpGet }}
{{- if and (eq (include "holdfast.scheme" .root) "https") (not $probe.httpGet.scheme) }}
{{- $_ := set $probe.httpGet "scheme" "HTTPS" }}
{{- end }}
{{- $user := include "holdfast.probeUser" .root }}
{{- if and $user (not $probe.httpGet.httpHeaders) }}
{{- $pair := printf "%s:%s" $user (index .root.Values.webConfiguration.basicAuthUsers $user) }}
{{- $header := dict "name" "Authorization" "value" (printf "Basic %s" (b64enc $pair)) }}
{{- $_ := set $probe.httpGet "httpHeaders" (list $header) }}
{{- end }}
{{- end }}
{{- toYaml $probe }}
{{- end }}

{{/* The seconds of a duration such as 1m30s; the schema refuses others. */}}
{{- define "holdfast.seconds" -}}
{{- $seconds := 0 }}
{{- range regexFindAll "[0-9]+[hms]" . -1 }}
{{- $number := trimSuffix "h" . | trimSuffix "m" | trimSuffix "s" | int }}
{{- if hasSuffix "h" . }}{{ $number = mul $number 3600 }}
{{- else if hasSuffix "m" . }}{{ $number = mul $number 60 }}
{{- end }}
{{- $seconds = add $seconds $number }}
{{- end }}
{{- $seconds }}
{{- end }}

{{/* A preStop hook takes its part of the grace period. */}}
{{- define "holdfast.gracePeriod" -}}
{{- if not (kindIs "invalid" .Values.terminationGracePeriodSeconds) }}
{{- .Values.terminationGracePeriodSeconds | int }}
{{- else }}
{{- $sleep := 0 }}
{{- with .Values.lifecycle.preStop }}
{{- if .sleep }}{{ $sleep = .sleep.seconds | int }}
{{- else if .exec }}
{{- $found := regexFind "sleep [0-9]+" (join " " .exec.command) }}
{{- if $found }}{{ $sleep = trimPrefix "sleep " $found | int }}{{ end }}
{{- end }}
{{- end }}
{{- add (include "holdfast.seconds" .Values.shutdown.drain | int) $sleep 30 }}
{{- end }}
{{- end }}

{{/* The mebibytes of a quantity such as 512Mi, 1G or 134217728, rounded down. */}}
{{- define "holdfast.mebibytes" -}}
{{- $text := toString . }}
{{- $units := dict "Ki" 1024.0 "Mi" 1048576.0 "Gi" 1073741824.0 "Ti" 1099511627776.0 "k" 1000.0 "M" 1000000.0 "G" 1000000000.0 "T" 1000000000000.0 "m" 0.001 }}
{{- $unit := regexFind "[A-Za-z]+$" $text }}
{{- $number := trimSuffix $unit $text | float64 }}
{{- divf (mulf $number (get $units $unit | default 1.0)) 1048576.0 | floor | int64 }}
{{- end }}

{{- define "holdfast.argumentNames" -}}
{{- range .Values.extraArgs }} {{ regexReplaceAll "=.*" (toString .) "" }} {{ end }}
{{- end }}

{{/* Refuses values that Kubernetes would take and that would not work. */}}
{{- define "holdfast.validate" -}}
{{- $size := include "holdfast.size" . | int }}
{{- $replicas := .Values.replicaCount | int }}
{{- if lt $size $replicas }}
{{- fail (printf "\n\ncluster.size: %d (expected: at least replicaCount, %d; a smaller size loses changes)" $size $replicas) }}
{{- end }}
{{- if and (include "holdfast.isCluster" .) .Values.persistentVolume.existingClaim }}
{{- fail (printf "\n\npersistentVolume.existingClaim: %q (expected: \"\" in a cluster; each node needs a volume of its own. Bring the groups over with \"holdfastctl migrate\" or a backup)" .Values.persistentVolume.existingClaim) }}
{{- end }}
{{- if and (include "holdfast.isCluster" .) .Values.serviceMonitor.enabled }}
{{- fail "\n\nserviceMonitor.enabled: true (expected: false in a cluster; Prometheus would get every pushed series from each pod. Set scrapeConfig.enabled and podMonitor.enabled instead)" }}
{{- end }}
{{- $own := dict
  "--shutdown.drain" "shutdown.drain"
  "--web.config.file" "webConfiguration"
  "--cluster.listen-address" "cluster.port"
  "--cluster.advertise-address" "cluster.port"
  "--cluster.peer" "replicaCount"
  "--cluster.size" "cluster.size"
  "--cluster.write-quorum" "cluster.writeQuorum"
  "--cluster.name" "cluster.name"
  "--cluster.node-name" "replicaCount"
  "--cluster.secret-file" "cluster.existingSecret"
  "--cluster.insecure" "cluster.existingSecret" }}
{{- range .Values.extraArgs }}
{{- $flag := regexReplaceAll "=.*" (toString .) "" }}
{{- if hasKey $own $flag }}
{{- fail (printf "\n\nextraArgs: %q (expected: the value %s; the chart passes this flag itself)" . (get $own $flag)) }}
{{- end }}
{{- $inside := printf "--storage.path=%s/" (trimSuffix "/" $.Values.persistentVolume.mountPath) }}
{{- if and (eq $flag "--storage.path") (not (hasPrefix $inside .)) }}
{{- fail (printf "\n\nextraArgs: %q (expected: a directory below persistentVolume.mountPath, %s, in the form --storage.path=<directory>; others are lost with the pod)" . $.Values.persistentVolume.mountPath) }}
{{- end }}
{{- end }}
{{- with .Values.resources.limits }}
{{- with .memory }}
{{- if lt (include "holdfast.mebibytes" . | int64) 128 }}
{{- fail (printf "\n\nresources.limits.memory: %v (expected: 128Mi or more, and 256Mi or more for real work; the JVM would be killed)" .) }}
{{- end }}
{{- end }}
{{- end }}
{{- $live := lookup "apps/v1" "StatefulSet" (include "holdfast.namespace" .) (include "holdfast.fullname" .) | default dict }}
{{- with (($live.metadata).annotations) }}
{{- $liveSize := index . "holdfast.io/cluster-size" | default $size | int }}
{{- $liveReplicas := $live.spec.replicas | int }}
{{- if and (ne $liveSize $size) (ne $liveReplicas $replicas) }}
{{- if gt $replicas $liveReplicas }}
{{- fail (printf "\n\nreplicaCount: %d (expected: %d for now, with cluster.size: %d; raise replicaCount when all pods have the new size. Changes could be lost otherwise; docs/kubernetes.md: Scaling)" $replicas $liveReplicas $size) }}
{{- else }}
{{- fail (printf "\n\ncluster.size: %d (expected: %d for now, with replicaCount: %d; lower cluster.size when the other pods are gone. Changes could be lost otherwise; docs/kubernetes.md: Scaling)" $size $liveSize $replicas) }}
{{- end }}
{{- end }}
{{- end }}
{{- end }}

{{- define "holdfast.args" -}}
{{- $given := include "holdfast.argumentNames" . }}
{{- if not (contains " --storage.path " $given) }}
- --storage.path={{ trimSuffix "/" .Values.persistentVolume.mountPath }}/holdfast
{{- end }}
- --shutdown.drain={{ .Values.shutdown.drain }}
{{- if include "holdfast.hasWebConfig" . }}
- --web.config.file=/etc/config/web-config.yaml
{{- end }}
{{- if .Values.ingress.enabled }}
{{- range .Values.ingress.hosts }}
- --web.allowed-host={{ tpl . $ }}
{{- end }}
{{- end }}
{{- if include "holdfast.isCluster" . }}
- --cluster.name={{ .Values.cluster.name | default (include "holdfast.fullname" .) }}
- --cluster.node-name=$(POD_NAME)
# The kubelet writes this name into the pod's /etc/hosts.
- --cluster.listen-address=$(POD_NAME):{{ .Values.cluster.port }}
# One name for the addresses of all nodes.
- --cluster.peer={{ include "holdfast.nodes" . }}:{{ .Values.cluster.port }}
- --cluster.size={{ include "holdfast.size" . }}
{{- if ne (toString .Values.cluster.writeQuorum) "majority" }}
- --cluster.write-quorum={{ .Values.cluster.writeQuorum }}
{{- end }}
- --cluster.secret-file=/etc/holdfast/cluster/secret
{{- end }}
{{- with .Values.extraArgs }}
{{ toYaml . }}
{{- end }}
{{- end }}

{{/* Settings that ScrapeConfig has once, and monitors for each endpoint. Arguments: root, values. */}}
{{- define "holdfast.basicAuth" -}}
{{- if .values.basicAuth }}
{{- toYaml .values.basicAuth }}
{{- else if include "holdfast.probeUser" .root }}
{{- $name := printf "%s-basic-auth" (include "holdfast.fullname" .root) }}
username: {name: {{ $name }}, key: username}
password: {name: {{ $name }}, key: password}
{{- end }}
{{- end }}
