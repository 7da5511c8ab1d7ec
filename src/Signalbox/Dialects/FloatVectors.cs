using System.Text.Json;

namespace Signalbox.Dialects;

/// <summary>Embedding vectors as arrays of numbers, which all dialects share.</summary>
internal static class FloatVectors
{
    /// <summary>Null, and a problem with <paramref name="name"/> (or with the item itself), when it is none.</summary>
    public static float[]? Read(JsonElement array, string? name, ReadProblems problems)
    {
        if (!problems.Is(array, JsonValueKind.Array, name, "an array of numbers"))
        {
            return null;
        }

        var vector = new float[array.GetArrayLength()];
        var index = 0;
        foreach (var number in array.EnumerateArray())
        {
            if (number.ValueKind != JsonValueKind.Number || !number.TryGetSingle(out vector[index++]))
            {
                problems.Fail(name, "must be an array of numbers");
                return null;
            }
        }

        return vector;
    }

    public static void Write(ReadOnlySpan<float> vector, Utf8JsonWriter json)
    {
        json.WriteStartArray();
        foreach (var number in vector)
        {
            json.WriteNumberValue(number);
        }

        json.WriteEndArray();
    }
}
