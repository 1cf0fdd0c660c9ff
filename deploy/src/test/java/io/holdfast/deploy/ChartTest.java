package io.holdfast.deploy;

import static io.holdfast.deploy.Objects.at;
import static io.holdfast.deploy.Objects.list;
import static io.holdfast.deploy.Objects.map;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.marcnuri.helm.LintResult;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The Helm chart, rendered with values of users. */
final class ChartTest {
  private static final String CLUSTER = "replicaCount: 3\ncluster: {existingSecret: own}\n";

  @TempDir static Path directory;

  private static Kubernetes kubernetes;
  private static Chart chart;

  @BeforeAll
  static void start() {
    kubernetes = new Kubernetes();
    chart = new Chart(directory);
  }

  @AfterAll
  static void stop() {
    kubernetes.close();
  }

  @BeforeEach
  void forget() {
    kubernetes.clear();
  }

  private static String values(String name) throws IOException {
    return Files.readString(Path.of("src/test/resources", name));
  }

  private static String refusal(String values) {
    return assertThrows(IllegalStateException.class, () -> chart.text(values)).getMessage();
  }

  private static void assertRefused(String values, String... words) {
    String message = refusal(values);
    for (String word : words) {
      assertTrue(message.contains(word), message);
    }
  }

  @Test
  void chart_hasNothingThatLintReports() {
    LintResult result = chart.lint();

    assertFalse(result.isFailed(), result.getMessages()::toString);
    assertEquals(List.of("[INFO] Chart.yaml: icon is recommended"), result.getMessages());
  }

  /** A release sets the versions of the modules and of the chart in one step. */
  @Test
  void appVersion_isThatOfTheBuild() throws Exception {
    String version = version();
    Map<?, ?> metadata =
        Objects.parse(Files.readString(Chart.DIRECTORY.resolve("Chart.yaml"))).all().get(0);

    assertEquals(version, metadata.get("appVersion"));
    assertEquals(version, metadata.get("version"));
  }

  /** The version of the build, for a snapshot that of the coming release. */
  private static String version() throws IOException {
    Matcher build =
        Pattern.compile("<version>([0-9.]+)(-SNAPSHOT)?</version>")
            .matcher(Files.readString(Path.of("pom.xml")));
    assertTrue(build.find());
    return build.group(1);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", CLUSTER, "replicaCount: 5\n"})
  void objects_haveOnlyFieldsThatKubernetesKnows(String values) {
    assertEquals(List.of(), Fields.mistakes(chart.render(values)));
  }

  @ParameterizedTest
  @ValueSource(strings = {"every-value.yaml", "every-value-single.yaml", "community.yaml"})
  void objects_withValuesOfUsers_haveOnlyFieldsThatKubernetesKnows(String file) throws Exception {
    assertEquals(List.of(), Fields.mistakes(chart.render(values(file))));
  }

  @Test
  void mistakesInFields_areFound() {
    Objects bad =
        Objects.parse(
            """
            apiVersion: apps/v1
            kind: StatefulSet
            metadata: {name: holdfast}
            spec:
              replicas: "3"
              podManagementPol: Parallel
              serviceName: nodes
              selector: {matchLabels: {a: 1}}
              template:
                spec:
                  containers:
                    - image: holdfast
                      env: [{name: A, value: 1}]
                      resources: {limits: {memory: 1Gb}}
            ---
            apiVersion: monitoring.coreos.com/v1alpha1
            kind: ScrapeConfig
            metadata: {name: holdfast}
            spec: {interval: 30s}
            """);

    assertEquals(
        Set.of(
            "StatefulSet.spec.replicas: 3 (expected: java.lang.Integer)",
            "StatefulSet.spec.podManagementPol: no such field",
            "StatefulSet.spec.selector.matchLabels.a: 1 (expected: java.lang.String)",
            "StatefulSet.spec.template.spec.containers[0].name: missing",
            "StatefulSet.spec.template.spec.containers[0].env[0].value: 1"
                + " (expected: java.lang.String)",
            "StatefulSet.spec.template.spec.containers[0].resources.limits.memory: 1Gb"
                + " (expected: io.kubernetes.client.custom.Quantity)",
            "ScrapeConfig.spec.interval: no such field"),
        new TreeSet<>(Fields.mistakes(bad)));
  }

  @Test
  void withoutValues_oneNodeKeepsItsStoreOnAVolume() throws Exception {
    Objects objects = chart.render("");

    assertEquals(
        List.of(
            "Service/holdfast",
            "Service/holdfast-nodes",
            "ServiceAccount/holdfast",
            "StatefulSet/holdfast"),
        objects.names());
    assertEquals(List.of("--storage.path=/data/holdfast", "--shutdown.drain=10s"), objects.args());
    assertEquals(1, at(objects.get("StatefulSet", "holdfast"), "spec", "replicas"));
    assertEquals("/data", at(objects.container(), "volumeMounts", "storage-volume", "mountPath"));
    assertEquals(
        "2Gi",
        at(
            objects.get("StatefulSet", "holdfast"),
            "spec",
            "volumeClaimTemplates",
            0,
            "spec",
            "resources",
            "requests",
            "storage"));
    assertEquals("holdfast/holdfast:" + version(), objects.container().get("image"));
  }

  @Test
  void pod_hasNoRights() {
    Objects objects = chart.render(CLUSTER);

    assertEquals(65534, at(objects.pod(), "securityContext", "runAsUser"));
    assertEquals(65534, at(objects.pod(), "securityContext", "fsGroup"));
    assertEquals(true, at(objects.pod(), "securityContext", "runAsNonRoot"));
    assertEquals(false, objects.pod().get("automountServiceAccountToken"));
    assertEquals(true, at(objects.container(), "securityContext", "readOnlyRootFilesystem"));
    assertEquals(
        List.of("ALL"), at(objects.container(), "securityContext", "capabilities", "drop"));
    assertEquals("/tmp", at(objects.container(), "volumeMounts", "tmp", "mountPath"));
  }

  @Test
  void probes_waitForAStoreToOpen_andFollowReadinessWithinSeconds() {
    Map<?, ?> container = chart.render("").container();

    assertEquals("/-/healthy", at(container, "startupProbe", "httpGet", "path"));
    assertEquals(
        300,
        (int) at(container, "startupProbe", "failureThreshold")
            * (int) at(container, "startupProbe", "periodSeconds"));
    assertEquals("/-/healthy", at(container, "livenessProbe", "httpGet", "path"));
    assertEquals("/-/ready", at(container, "readinessProbe", "httpGet", "path"));
    assertEquals(2, at(container, "readinessProbe", "periodSeconds"));
  }

  /** Trap: with OrderedReady the first pod waits for a quorum, and the others for the first pod. */
  @Test
  void podsOfACluster_startTogether_andFindEachOtherBeforeTheyAreReady() {
    Objects objects = chart.render(CLUSTER);

    Map<?, ?> nodes = objects.get("Service", "holdfast-nodes");
    assertEquals("None", at(nodes, "spec", "clusterIP"));
    assertEquals(true, at(nodes, "spec", "publishNotReadyAddresses"));
    assertEquals("PreferDualStack", at(nodes, "spec", "ipFamilyPolicy"));
    Map<?, ?> set = objects.get("StatefulSet", "holdfast");
    assertEquals("Parallel", at(set, "spec", "podManagementPolicy"));
    assertEquals("holdfast-nodes", at(set, "spec", "serviceName"));
    assertEquals(3, at(set, "spec", "replicas"));
    assertEquals(
        List.of(
            "--storage.path=/data/holdfast",
            "--shutdown.drain=10s",
            "--cluster.name=holdfast",
            "--cluster.node-name=$(POD_NAME)",
            "--cluster.listen-address=$(POD_NAME):9191",
            "--cluster.peer=holdfast-nodes:9191",
            "--cluster.size=3",
            "--cluster.secret-file=/etc/holdfast/cluster/secret"),
        objects.args());
    assertEquals(
        "metadata.name",
        at(objects.container(), "env", "POD_NAME", "valueFrom", "fieldRef", "fieldPath"));
    Map<?, ?> service = objects.get("Service", "holdfast");
    assertEquals(null, at(service, "spec", "publishNotReadyAddresses"));
    assertEquals(9091, at(service, "spec", "ports", 0, "port"));
  }

  /** A StatefulSet cannot change these fields when a node becomes a cluster. */
  @Test
  void oneNodeAndACluster_haveEqualFieldsThatCannotChange() {
    Map<?, ?> one = map(chart.render("").get("StatefulSet", "holdfast"), "spec");
    Map<?, ?> three = map(chart.render(CLUSTER).get("StatefulSet", "holdfast"), "spec");

    for (String field :
        List.of("serviceName", "podManagementPolicy", "selector", "volumeClaimTemplates")) {
      assertEquals(one.get(field), three.get(field));
    }
  }

  @Test
  void cluster_isSpread_andGivesUpOneNodeAtATime() {
    Objects objects = chart.render(CLUSTER);

    assertEquals(
        List.of("topology.kubernetes.io/zone", "kubernetes.io/hostname"),
        list(objects.pod(), "topologySpreadConstraints").stream()
            .map(each -> at(each, "topologyKey"))
            .collect(Collectors.toList()));
    Map<?, ?> budget = objects.get("PodDisruptionBudget", "holdfast");
    assertEquals(1, at(budget, "spec", "maxUnavailable"));
    assertEquals(
        at(objects.get("StatefulSet", "holdfast"), "spec", "selector"),
        at(budget, "spec", "selector"));
  }

  @Test
  void clusterPort_isForNodesOnly_andOtherPortsForAll() {
    Objects objects =
        chart.render(
            CLUSTER + "extraContainers: [{name: proxy, image: p, ports: [{containerPort: 9092}]}]");

    List<?> rules = list(objects.get("NetworkPolicy", "holdfast"), "spec", "ingress");
    assertEquals(2, rules.size());
    assertEquals(List.of(Map.of("port", 9091), Map.of("port", 9092)), at(rules.get(0), "ports"));
    assertEquals(null, at(rules.get(0), "from"));
    assertEquals(List.of(Map.of("port", 9191)), at(rules.get(1), "ports"));
    assertEquals(
        List.of(
            Map.of("podSelector", map(objects.get("StatefulSet", "holdfast"), "spec", "selector"))),
        at(rules.get(1), "from"));
  }

  @Test
  void clusterSecret_isGeneratedOnce_andReadableByTheGroupOfThePodAlone() {
    Objects first = chart.renderNow("replicaCount: 3");
    String made = (String) at(first.get("Secret", "holdfast-cluster"), "data", "secret");

    assertEquals(48, Base64.getDecoder().decode(made).length);
    assertEquals(true, first.get("Secret", "holdfast-cluster").get("immutable"));
    assertEquals(0440, at(first.pod(), "volumes", "cluster-secret", "secret", "defaultMode"));
    Objects other = chart.renderNow("replicaCount: 3");
    assertNotEquals(made, at(other.get("Secret", "holdfast-cluster"), "data", "secret"));

    kubernetes.hasSecret("holdfast-cluster", "secret", made);
    Objects again = chart.renderNow("replicaCount: 3");
    assertEquals(made, at(again.get("Secret", "holdfast-cluster"), "data", "secret"));
  }

  @Test
  void clusterSecret_ofTheUser_isMounted_andNoneGenerated() {
    Objects objects =
        chart.render("replicaCount: 3\ncluster: {existingSecret: own, secretKey: key}");

    assertFalse(objects.names().toString().contains("Secret"), objects.names()::toString);
    Map<?, ?> secret = map(objects.pod(), "volumes", "cluster-secret", "secret");
    assertEquals("own", secret.get("secretName"));
    assertEquals(List.of(Map.of("key", "key", "path", "secret")), secret.get("items"));
  }

  @ParameterizedTest
  @CsvSource({
    "'', 40",
    "'shutdown: {drain: 1m30s}', 120",
    "'shutdown: {drain: 2m}', 150",
    "'lifecycle: {preStop: {sleep: {seconds: 5}}}', 45",
    "'lifecycle: {preStop: {exec: {command: [/bin/sh, -c, sleep 30]}}}', 70",
    "'terminationGracePeriodSeconds: 7', 7",
  })
  void gracePeriod_hasRoomForTheHookAndTheDrain(String values, int seconds) {
    assertEquals(seconds, chart.render(values).pod().get("terminationGracePeriodSeconds"));
  }

  /** Trap: three targets would deliver each pushed series three times. */
  @Test
  void pushedMetrics_areScrapedOnce_andSelfMetricsFromEachPod() throws Exception {
    Objects objects =
        chart.render(CLUSTER + "scrapeConfig: {enabled: true}\npodMonitor: {enabled: true}");

    Map<?, ?> pushed = map(objects.get("ScrapeConfig", "holdfast"), "spec");
    assertEquals(List.of("holdfast.jobs.svc:9091"), at(pushed, "staticConfigs", 0, "targets"));
    assertEquals(Map.of("collect[]", List.of("pushed")), pushed.get("params"));
    assertEquals(true, pushed.get("honorLabels"));
    Map<?, ?> self = map(objects.get("PodMonitor", "holdfast"), "spec", "podMetricsEndpoints", 0);
    assertEquals(Map.of("collect[]", List.of("self")), self.get("params"));
    assertEquals("http", self.get("port"));
    assertEquals(null, self.get("honorLabels"));

    String rules = Files.readString(Path.of("prometheus/alerts.yml"));
    Set<String> jobs = new TreeSet<>();
    jobs.add((String) at(pushed, "relabelings", 0, "replacement"));
    jobs.add((String) at(self, "relabelings", 0, "replacement"));
    assertEquals(
        jobs,
        Pattern.compile("up\\{job=\"([a-z]+)\"")
            .matcher(rules)
            .results()
            .map(each -> each.group(1))
            .collect(Collectors.toSet()));
  }

  @Test
  void alerts_areThoseOfTheRepository_withTheAddressOfTheRunbook() throws Exception {
    String rules = Files.readString(Path.of("prometheus/alerts.yml"));
    Objects objects =
        chart.render("prometheusRule: {enabled: true, runbookUrl: 'https://wiki/holdfast'}");

    Map<?, ?> spec = map(objects.get("PrometheusRule", "holdfast"), "spec");
    assertEquals(
        Objects.parse(rules.replace("docs/operating.md#", "https://wiki/holdfast#")).all().get(0),
        spec);
  }

  @Test
  void usersOfTheWebConfig_areHashed_andProbesAndScrapesHaveThem() {
    Objects objects =
        chart.render(
            """
            webConfiguration:
              basicAuthUsers: {zoe: z, job: push-secret}
              config: {tls_server_config: {cert_file: /etc/tls/tls.crt, key_file: /etc/tls/tls.key}}
            podMonitor: {enabled: true, namespace: monitoring}
            """);

    String file =
        new String(
            Base64.getDecoder()
                .decode(
                    (String)
                        at(
                            objects.get("Secret", "holdfast-web-config"),
                            "data",
                            "web-config.yaml")),
            java.nio.charset.StandardCharsets.UTF_8);
    assertTrue(file.contains("\n  job: $2a$10$"), file);
    assertTrue(file.contains("  cert_file: /etc/tls/tls.crt\n"), file);
    assertFalse(file.contains("push-secret"), file);
    assertTrue(objects.args().contains("--web.config.file=/etc/config/web-config.yaml"));
    for (String probe : List.of("startupProbe", "livenessProbe", "readinessProbe")) {
      Map<?, ?> get = map(objects.container(), probe, "httpGet");
      assertEquals("HTTPS", get.get("scheme"));
      assertEquals(
          "Basic " + base64("job:push-secret"), at(get, "httpHeaders", "Authorization", "value"));
    }
    Map<?, ?> monitor =
        map(objects.get("PodMonitor", "holdfast"), "spec", "podMetricsEndpoints", 0);
    assertEquals("https", monitor.get("scheme"));
    assertEquals(
        Map.of("name", "holdfast-basic-auth", "key", "password"),
        at(monitor, "basicAuth", "password"));
    Map<?, ?> secret = objects.get("Secret", "holdfast-basic-auth");
    assertEquals("monitoring", at(secret, "metadata", "namespace"));
    assertEquals(base64("push-secret"), at(secret, "data", "password"));
  }

  private static String base64(String text) {
    return Base64.getEncoder()
        .encodeToString(text.getBytes(java.nio.charset.StandardCharsets.UTF_8));
  }

  @Test
  void namesOfAnIngress_areAllowedForBrowsers() {
    Objects objects = chart.render("ingress: {enabled: true, hosts: [push.example.org]}");

    assertTrue(objects.args().contains("--web.allowed-host=push.example.org"));
    Map<?, ?> rule = map(objects.get("Ingress", "holdfast"), "spec", "rules", 0);
    assertEquals("push.example.org", rule.get("host"));
    assertEquals(
        Map.of("name", "holdfast", "port", Map.of("number", 9091)),
        at(rule, "http", "paths", 0, "backend", "service"));
  }

  @Test
  void valuesOfTheCommunityChart_startANodeThatTakesOverTheFile() throws Exception {
    Objects objects = chart.render(values("community.yaml"));

    assertEquals(
        List.of(
            "--storage.path=/data/holdfast",
            "--shutdown.drain=10s",
            "--persistence.file=/data/pushgateway.data",
            "--persistence.interval=5m",
            "--web.enable-admin-api"),
        objects.args());
    assertEquals(
        "pushgateway",
        at(objects.pod(), "volumes", "storage-volume", "persistentVolumeClaim", "claimName"));
    assertEquals(10, at(objects.container(), "readinessProbe", "initialDelaySeconds"));
    assertEquals(9091, at(objects.container(), "readinessProbe", "httpGet", "port"));
    assertEquals(
        true, at(objects.get("ServiceMonitor", "holdfast"), "spec", "endpoints", 0, "honorLabels"));
  }

  /** A step of scaling: the nodes that are there know the new size before others come. */
  @Test
  void nodesOfALargerCluster_haveItsSize() {
    assertTrue(chart.render("cluster: {size: 3}").args().contains("--cluster.size=3"));
    Objects objects = chart.render("replicaCount: 3\ncluster: {size: 5}");
    assertTrue(objects.args().contains("--cluster.size=5"));
    assertEquals(3, at(objects.get("StatefulSet", "holdfast"), "spec", "replicas"));
  }

  @ParameterizedTest
  @CsvSource({
    // replicas and size as they are, and as they should be
    "1, 1, 1, 3",
    "1, 3, 3, 3",
    "3, 3, 3, 5",
    "3, 5, 5, 5",
    "5, 5, 3, 5",
    "3, 5, 3, 3",
    "3, 5, 1, 5",
    "1, 5, 1, 1",
    "3, 3, 3, 3",
  })
  void scaling_inSteps_isTaken(int replicas, int size, int toReplicas, int toSize) {
    kubernetes.runs("holdfast", replicas, size);

    Objects objects = chart.renderNow(scaled(toReplicas, toSize));

    assertEquals(toReplicas, at(objects.get("StatefulSet", "holdfast"), "spec", "replicas"));
  }

  private static String scaled(int replicas, int size) {
    return "replicaCount: %d\ncluster: {size: %d, existingSecret: own}".formatted(replicas, size);
  }

  @ParameterizedTest
  @CsvSource({"1, 1, 3, 3", "3, 3, 5, 5"})
  void scalingUp_inOneStep_isRefused(int replicas, int size, int toReplicas, int toSize) {
    kubernetes.runs("holdfast", replicas, size);

    assertRefused(
        scaled(toReplicas, toSize),
        "replicaCount: %d (expected: %d for now, with cluster.size: %d"
            .formatted(toReplicas, replicas, toSize));
  }

  @ParameterizedTest
  @CsvSource({"5, 5, 3, 3", "3, 3, 1, 1"})
  void scalingDown_inOneStep_isRefused(int replicas, int size, int toReplicas, int toSize) {
    kubernetes.runs("holdfast", replicas, size);

    assertRefused(
        scaled(toReplicas, toSize),
        "cluster.size: %d (expected: %d for now, with replicaCount: %d"
            .formatted(toSize, size, toReplicas));
  }

  @Test
  void valuesOutsideOfTheSchema_areRefused_eachWithItsReason() {
    assertRefused(
        """
        replicas: 3
        replicaCount: '3'
        cluster: {siz: 3, writeQuorum: most}
        shutdown: {drain: 500ms}
        ingress: {enabled: true}
        extraArgs: [--push.ttl=7d, 5]
        """,
        "additional properties 'replicas' not allowed",
        "at '/replicaCount': got string, want integer",
        "at '/cluster': additional properties 'siz' not allowed",
        "value must be one of 'majority', 'all'",
        "at '/shutdown/drain': '500ms' does not match",
        "at '/ingress/hosts': minItems: got 0, want 1",
        "at '/extraArgs/1': got number, want string");
  }

  @Test
  void smallerSizeThanReplicas_isRefused() {
    assertRefused(
        "replicaCount: 5\ncluster: {size: 3}",
        "cluster.size: 3 (expected: at least replicaCount, 5");
  }

  /** Trap: a store outside of the volume is lost with the pod. */
  @Test
  void storeOutsideOfTheVolume_isRefused() {
    assertRefused(
        "extraArgs: [--storage.path=/var/lib/holdfast]",
        "--storage.path=/var/lib/holdfast",
        "expected: a directory below persistentVolume.mountPath, /data");
    assertRefused("extraArgs: [--storage.path, /data/x]", "--storage.path=<directory>");

    List<String> args = chart.render("extraArgs: [--storage.path=/data/other]").args();
    assertEquals(List.of("--shutdown.drain=10s", "--storage.path=/data/other"), args);
  }

  /** Trap: limits for the Pushgateway kill a JVM without a word. */
  @ParameterizedTest
  @ValueSource(strings = {"50Mi", "134M", "134217727"})
  void memoryThatIsTooSmall_isRefused(String limit) {
    assertRefused("resources: {limits: {memory: %s}}".formatted(limit), "expected: 128Mi or more");
  }

  @ParameterizedTest
  @ValueSource(strings = {"128Mi", "135M", "0.5Gi"})
  void memoryThatSuffices_isTaken(String limit) {
    assertEquals(
        List.of(),
        Fields.mistakes(chart.render("resources: {limits: {memory: '%s'}}".formatted(limit))));
  }

  @Test
  void flagsOfTheChart_areRefusedAsArguments_withTheValueToUse() {
    assertRefused(
        "extraArgs: [--cluster.size=3]",
        "extraArgs: \"--cluster.size=3\" (expected: the value cluster.size");
    assertRefused("extraArgs: [--shutdown.drain=1s]", "expected: the value shutdown.drain");
  }

  @Test
  void serviceMonitor_inACluster_isRefused() {
    assertRefused(
        CLUSTER + "serviceMonitor: {enabled: true}",
        "serviceMonitor.enabled: true (expected: false in a cluster",
        "Set scrapeConfig.enabled and podMonitor.enabled instead");
  }

  @Test
  void oneVolumeForSeveralNodes_isRefused() {
    assertRefused(
        CLUSTER + "persistentVolume: {existingClaim: pushgateway}",
        "persistentVolume.existingClaim: \"pushgateway\" (expected: \"\" in a cluster");
  }
}
