package io.holdfast.proto;

import io.holdfast.proto.metrics.MetricFamily;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The families of a text body while it is being read, and which of them a name belongs to. */
final class FamilyDrafts {
  private final HeapMeter meter;
  private final Map<String, FamilyDraft> drafts = new LinkedHashMap<>();

  // The family of the latest name. A name leads to one family for the whole body.
  private String name = "";
  private @Nullable FamilyDraft family;
  private SampleRole role = SampleRole.VALUE;

  FamilyDrafts(HeapMeter meter) {
    this.meter = meter;
  }

  /** Returns the latest name if the token spells it, or null. */
  @Nullable String recentName(TextCursor cursor) {
    return family != null && cursor.isToken(name) ? name : null;
  }

  /**
   * Returns the family that the name belongs to, made if need be. {@code s_count} and {@code s_sum}
   * belong to {@code s} if that is a summary or a histogram and they aren't families of their own;
   * {@code s_bucket} to the histogram {@code s}.
   */
  FamilyDraft select(String sampleName) throws TooHeavyException {
    FamilyDraft recent = family;
    if (recent != null && sampleName.equals(name)) {
      return recent;
    }
    FamilyDraft found = drafts.get(sampleName);
    SampleRole foundRole = SampleRole.VALUE;
    if (found == null) {
      found = parent(sampleName, "_count", false);
      foundRole = SampleRole.COUNT;
    }
    if (found == null) {
      found = parent(sampleName, "_sum", false);
      foundRole = SampleRole.SUM;
    }
    if (found == null) {
      found = parent(sampleName, "_bucket", true);
      foundRole = SampleRole.VALUE;
    }
    if (found == null) {
      meter.family(sampleName.length());
      found = new FamilyDraft(sampleName, meter);
      drafts.put(sampleName, found);
    }
    name = sampleName;
    family = found;
    role = foundRole;
    return found;
  }

  /** Returns the role of a sample with the selected name. */
  SampleRole role() {
    return role;
  }

  List<MetricFamily> build() {
    List<MetricFamily> families = new ArrayList<>(drafts.size());
    for (FamilyDraft draft : drafts.values()) {
      MetricFamily built = draft.build();
      if (built != null) {
        families.add(built);
      }
    }
    return families;
  }

  private @Nullable FamilyDraft parent(String sampleName, String suffix, boolean histogramsAlone) {
    int length = sampleName.length() - suffix.length();
    if (length <= 0 || !sampleName.endsWith(suffix)) {
      return null;
    }
    FamilyDraft parent = drafts.get(sampleName.substring(0, length));
    boolean takes =
        parent != null && (parent.isHistogram() || (parent.isSummary() && !histogramsAlone));
    return takes ? parent : null;
  }
}
