// Writes all files, by default or with a configuration:
//   jsonnet -m DIRECTORY --ext-code config='{}' deploy/mixin/files.jsonnet
// Prometheus reads rules in JSON too, because JSON is a part of YAML.
//   jsonnet -m DIRECTORY --ext-code config='{ holdfastSelector: "job=\"pushgateway\"" }' deploy/mixin/files.jsonnet
local mixin = (import 'mixin.libsonnet') + { _config+:: std.extVar('config') };

mixin.grafanaDashboards {
  'alerts.json': { groups: mixin.prometheusAlerts.groups + mixin.prometheusRules.groups },
}
