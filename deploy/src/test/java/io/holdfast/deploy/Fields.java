package io.holdfast.deploy;

import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The fields that Kubernetes and Prometheus's operator know, and the types of their values. The
 * classes of two Java clients, which are generated from the schemas, have the fields.
 */
final class Fields {
  private static final Pattern QUANTITY =
      Pattern.compile("[0-9]+(\\.[0-9]+)?(m|k|M|G|T|Ki|Mi|Gi|Ti)?");

  private final List<String> mistakes = new ArrayList<>();

  private Fields() {}

  /** Returns what Kubernetes would refuse in these objects, each with its place. */
  static List<String> mistakes(Objects objects) {
    Fields fields = new Fields();
    objects.all().forEach(fields::checkObject);
    return fields.mistakes;
  }

  private void checkObject(Map<?, ?> object) {
    String version = String.valueOf(object.get("apiVersion"));
    String kind = String.valueOf(object.get("kind"));
    String monitoring = "monitoring.coreos.com/";
    try {
      check(
          Class.forName(
              version.startsWith(monitoring)
                  ? "io.fabric8.openshift.api.model.monitoring."
                      + version.substring(monitoring.length())
                      + "."
                      + kind
                  : "io.kubernetes.client.openapi.models.V1" + kind),
          object,
          kind);
    } catch (ClassNotFoundException e) {
      mistakes.add(version + " " + kind + ": no such kind");
    }
  }

  private void check(Type type, Object value, String place) {
    if (type instanceof ParameterizedType generic) {
      Type[] of = generic.getActualTypeArguments();
      if (value instanceof List<?> list && generic.getRawType() == List.class) {
        for (int i = 0; i < list.size(); i++) {
          check(of[0], list.get(i), place + "[" + i + "]");
        }
      } else if (value instanceof Map<?, ?> map && generic.getRawType() == Map.class) {
        map.forEach((name, each) -> check(of[1], each, place + "." + name));
      } else {
        mistakes.add(place + ": " + value + " (expected: " + type + ")");
      }
    } else if (!isScalar((Class<?>) type, value)) {
      if (value instanceof Map<?, ?> map && ((Class<?>) type).getName().contains("model")) {
        checkFields((Class<?>) type, map, place);
      } else {
        mistakes.add(place + ": " + value + " (expected: " + type.getTypeName() + ")");
      }
    }
  }

  private static boolean isScalar(Class<?> type, Object value) {
    return switch (type.getSimpleName()) {
      case "String", "byte[]" -> value instanceof String;
      case "Integer", "Long" -> value instanceof Integer;
      case "Boolean" -> value instanceof Boolean;
      case "IntOrString" -> value instanceof Integer || value instanceof String;
      case "Quantity" -> QUANTITY.matcher(String.valueOf(value)).matches();
      default -> false;
    };
  }

  private void checkFields(Class<?> type, Map<?, ?> values, String place) {
    values.forEach(
        (name, value) -> {
          // A word of Java has an underscore before it.
          Stream.of(type.getDeclaredFields())
              .filter(each -> each.getName().equals(name) || each.getName().equals("_" + name))
              .findFirst()
              .ifPresentOrElse(
                  field -> check(field.getGenericType(), value, place + "." + name),
                  () -> mistakes.add(place + "." + name + ": no such field"));
        });
    for (Object name : required(type)) {
      if (!values.containsKey(name)) {
        mistakes.add(place + "." + name + ": missing");
      }
    }
  }

  /** Returns the required fields; the classes for Prometheus's operator do not tell. */
  private static Collection<?> required(Class<?> type) {
    try {
      return (Collection<?>) type.getField("openapiRequiredFields").get(null);
    } catch (NoSuchFieldException e) {
      return List.of();
    } catch (IllegalAccessException e) {
      throw new AssertionError(e);
    }
  }
}
