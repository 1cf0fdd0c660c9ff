/**
 * The tests of the Helm chart and of the plain manifests. Helm itself renders the chart. Values
 * that cannot work are refused, rendered objects have fields that Kubernetes knows, and the plain
 * manifests equal what the chart renders.
 *
 * <p>What a rendered pod does when it runs is in the server's integration tests.
 */
@NullMarked
package io.holdfast.deploy;

import org.jspecify.annotations.NullMarked;
