using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using Microsoft.Extensions.AI;
using Signalbox.Inference.Adapters;
using Signalbox.Inference.Sessions;

namespace Signalbox.Inference;

/// <summary>The adapters that a request names: <c>"a"</c>, <c>["a", "b"]</c>, or <c>[{"name": "a", "scale": 0.5}]</c>.</summary>
internal static class LocalAdapters
{
    /// <summary>Each adapter costs two more products per matrix of every pass.</summary>
    private const int MostAdapters = 8;

    public static bool TryRead(ChatOptions options, InferenceEngine engine, [NotNullWhen(true)] out IReadOnlyList<ActiveAdapter>? adapters, [NotNullWhen(false)] out EngineFault? fault)
    {
        (adapters, fault) = ([], null);
        if (options.AdditionalProperties is not { } properties || !properties.TryGetValue(LocalProperties.Lora, out var value) || value is null)
        {
            return true;
        }

        var found = new List<ActiveAdapter>();
        foreach (var (name, scale) in Named(value))
        {
            if (name is null || !float.IsFinite(scale))
            {
                fault = Invalid($"{LocalProperties.Lora} must be a name, an array of names, or of objects with a name and a scale.");
                return false;
            }

            if (engine.FindAdapter(name) is not { } adapter)
            {
                var known = engine.AdapterNames;
                fault = Invalid($"There is no adapter named {name}; {(known.Count == 0 ? "this model has none" : $"use one of: {string.Join(", ", known)}")}.");
                return false;
            }

            if (found.Exists(other => other.Adapter == adapter))
            {
                fault = Invalid($"{LocalProperties.Lora} names the adapter {name} more than once; name it once, with the scale that it shall have.");
                return false;
            }

            if (found.Count == MostAdapters)
            {
                fault = Invalid($"{LocalProperties.Lora} names more than {MostAdapters} adapters; name at most {MostAdapters}.");
                return false;
            }

            found.Add(new ActiveAdapter(adapter, scale));
        }

        adapters = found;
        return true;
    }

    private static IEnumerable<(string? Name, float Scale)> Named(object value) => value switch
    {
        string name => [(name, 1)],
        IEnumerable<string> names => names.Select(name => ((string?)name, 1f)),
        JsonElement { ValueKind: JsonValueKind.Array } json => json.EnumerateArray().Select(Named),
        JsonElement { ValueKind: JsonValueKind.Null } => [],
        JsonElement json => [Named(json)],
        _ => [(null, 0)],
    };

    private static (string? Name, float Scale) Named(JsonElement json)
    {
        if (json.ValueKind == JsonValueKind.String)
        {
            return (json.GetString(), 1);
        }

        if (json.ValueKind != JsonValueKind.Object || !json.TryGetProperty("name", out var name) || name.ValueKind != JsonValueKind.String)
        {
            return (null, 0);
        }

        var scale = !json.TryGetProperty("scale", out var number) ? 1 : number.ValueKind == JsonValueKind.Number ? number.GetSingle() : float.NaN;
        return (name.GetString(), scale);
    }

    private static EngineFault Invalid(string message) => new(EngineFaultKind.InvalidRequest, message);
}
