using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Signalbox.Catalog;
using Signalbox.Dialects;
using Signalbox.Dialects.Fields;
using Signalbox.Providers;

namespace Signalbox.Tests.Dialects.Fields;

/// <summary>A request of one dialect as another one's writer puts it: null where the reader refuses it.</summary>
internal sealed record Translation(string Body, string Losses);

/// <summary>Requests written by us that together have every field of a dialect, and their translation by the real readers and writers.</summary>
internal static class SampleTranslation
{
    private static readonly ModelCapabilities Everything = new()
    {
        Reasoning = ReasoningKind.Budget, ReasoningOff = true, ParallelTools = true, Prefill = true, JsonSchema = true, MaxThinkingBudget = 64000,
    };

    private static readonly ProviderDifferences OpenAi = new() { CarriesOpenAiFields = true, DeveloperRole = true, TopK = false };

    public static IReadOnlyList<JsonNode> Read(string dialect)
    {
        var file = LedgerFiles.PathInRepository("tests", "Signalbox.Tests", "Dialects", "Fields", $"{dialect}.samples.json");
        return [.. JsonNode.Parse(File.ReadAllText(file))!.AsArray().Select(sample => sample!)];
    }

    public static Translation? Translate(JsonNode sample, IDialect source, IDialect target)
    {
        var problems = new ReadProblems();
        var body = JsonDocument.Parse(sample.ToJsonString()).RootElement;
        if (source.ReadRequest(new InboundRequest(body, source.HasModelInBody ? null : "m", Stream: source.HasModelInBody ? null : false), problems) is not { } request)
        {
            return null;
        }

        var losses = new LossReport();
        using var output = new MemoryStream();
        using (var json = new Utf8JsonWriter(output))
        {
            target.WriteRequest(
                new OutboundRequest
                {
                    Request = request,
                    Upstream = target.Name == "gemini" ? "gemini-2.5-pro" : "upstream",
                    Capabilities = Everything,
                    Differences = target.Name.StartsWith("openai", StringComparison.Ordinal) ? OpenAi : ProviderDifferences.None,
                    MaxOutputTokens = 64000,
                    Losses = losses,
                },
                json);
        }

        return new Translation(Encoding.UTF8.GetString(output.ToArray()), losses.ToHeaderValue());
    }

    /// <summary>A copy without the field; null where the sample does not have it.</summary>
    public static JsonNode? Without(JsonNode sample, FieldPath path)
    {
        var copy = sample.DeepClone();
        return Remove(copy, path.Steps, 0) ? copy : null;
    }

    private static bool Remove(JsonNode? node, IReadOnlyList<FieldStep> steps, int at)
    {
        var step = steps[at];
        var isLast = at == steps.Count - 1;
        if (step.Kind == FieldStepKind.Member)
        {
            return node is JsonObject parent && (isLast ? parent.Remove(step.Text) : Remove(parent[step.Text], steps, at + 1));
        }

        if (node is not JsonArray array)
        {
            return false;
        }

        var removed = false;
        foreach (var item in array.Where(item => IsOfKind(item, step.Text)).ToList())
        {
            removed |= isLast ? array.Remove(item) : Remove(item, steps, at + 1);
        }

        return removed;
    }

    private static bool IsOfKind(JsonNode? item, string kind)
    {
        var type = (item as JsonObject)?["type"]?.ToString() ?? "";
        return kind.Length == 0 ? item is not JsonObject || type.Length == 0 || type is "function" : kind.EndsWith('*') ? type.StartsWith(kind.TrimEnd('*'), StringComparison.Ordinal) : type == kind;
    }
}
