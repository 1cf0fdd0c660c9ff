// The alerts and dashboards of deploy/prometheus and deploy/grafana, with other selectors. The plain files
// are the source; this file only replaces parts of them. With the default configuration nothing changes.
//
//   local holdfast = (import 'holdfast/deploy/mixin/mixin.libsonnet') + {
//     _config+:: { holdfastSelector: 'job="pushgateway", cluster="prod"' },
//   };
//
// prometheusRules, prometheusAlerts and grafanaDashboards are where other mixins have them. Needs jsonnet
// 0.18 or newer.
local defaults = import 'config.libsonnet';

local mapStrings(change, value) =
  if std.isString(value) then change(value)
  else if std.isArray(value) then [mapStrings(change, each) for each in value]
  else if std.isObject(value) then { [key]: mapStrings(change, value[key]) for key in std.objectFields(value) }
  else value;

defaults {
  local config = self._config,
  local plain = defaults._config,

  local selected(value) = mapStrings(
    function(text) std.strReplace(
      std.strReplace(
        std.strReplace(text, plain.holdfastSelector, config.holdfastSelector),
        plain.jobsSelector,
        config.jobsSelector
      ),
      plain.runbookPage + '#',
      config.runbookPage + '#'
    ),
    value
  ),

  // Groups of recording rules need their alert: it is computed from them at the same moment.
  local groups = selected(std.parseYaml(importstr '../prometheus/alerts.yml').groups),
  local isAlerting(group) = std.length([rule for rule in group.rules if !('alert' in rule)]) == 0,

  prometheusAlerts+:: { groups+: [group for group in groups if isAlerting(group)] },
  prometheusRules+:: { groups+: [group for group in groups if !isAlerting(group)] },

  local dashboard(board, name) = selected(board) {
    tags: config.dashboardTags,
    uid: config.dashboardUidPrefix + name,
    // Links between the dashboards.
    links: [
      link { url: std.strReplace(link.url, plain.dashboardUidPrefix, config.dashboardUidPrefix) }
      for link in super.links
    ],
  },

  grafanaDashboards+:: {
    'holdfast-jobs.json': dashboard(import '../grafana/jobs.json', 'jobs'),
    'holdfast-gateway.json': dashboard(import '../grafana/gateway.json', 'gateway'),
  },
}
