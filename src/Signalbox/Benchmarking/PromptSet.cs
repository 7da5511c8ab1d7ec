using System.Text.Json;
using Signalbox.Benchmarking.Scoring;
using Signalbox.Routing.Evaluation;

namespace Signalbox.Benchmarking;

/// <summary>
/// The questions of a benchmark: JSON lines <c>{"prompt", "reference"?, "schema"?, "task"?}</c> of a file, or those that Signalbox brings.
/// </summary>
internal sealed record PromptSet(string Name, IReadOnlyList<BenchmarkPrompt> Prompts)
{
    private const string ResourceName = "benchmark-prompts.jsonl";
    private const int MostPrompts = 10_000;
    private const int MostProblems = 20;
    private const int LongestPrompt = 200_000;
    private static readonly string[] Fields = ["prompt", "reference", "schema", "task"];

    /// <summary>Questions about banking and in general, with references or schemas, written for Signalbox.</summary>
    public static PromptSet BuiltIn()
    {
        using var stream = typeof(PromptSet).Assembly.GetManifestResourceStream(ResourceName)!;
        using var reader = new StreamReader(stream);
        var prompts = new List<BenchmarkPrompt>();
        while (reader.ReadLine() is { } line)
        {
            using var row = JsonDocument.Parse(line);
            if (Read(row.RootElement, prompts) is { } problem)
            {
                throw new InvalidDataException($"The prompts that come with Signalbox: {problem}");
            }
        }

        return new PromptSet("built-in", prompts);
    }

    /// <summary>Reads a file; null where something is wrong with it, which <paramref name="problems"/> says.</summary>
    public static PromptSet? Load(string path, List<string> problems, CancellationToken cancel)
    {
        var prompts = new List<BenchmarkPrompt>();
        JsonLines.Read(path, problems, MostProblems, row => Read(row, prompts), cancel);
        if (problems.Count == 0 && prompts.Count is 0 or > MostPrompts)
        {
            problems.Add($"{path}: has {prompts.Count} prompts; give 1 to {MostPrompts}, each a line like {{\"prompt\": \"...\", \"reference\": \"...\"}}");
        }

        return problems.Count == 0 ? new PromptSet(path, prompts) : null;
    }

    private static string? Read(JsonElement row, List<BenchmarkPrompt> prompts)
    {
        foreach (var field in row.EnumerateObject())
        {
            if (!Fields.Contains(field.Name))
            {
                return $"{field.Name}: unknown field; known: {string.Join(", ", Fields)}";
            }
        }

        if (JsonLines.Text(row, "prompt", out var prompt) is { } missing)
        {
            return missing;
        }

        if (string.IsNullOrWhiteSpace(prompt) || prompt.Length > LongestPrompt)
        {
            return $"prompt: must have 1 to {LongestPrompt} characters";
        }

        if (Optional(row, "reference", out var reference) is { } badReference)
        {
            return badReference;
        }

        if (Optional(row, "task", out var task) is { } badTask)
        {
            return badTask;
        }

        string? schema = null;
        if (row.TryGetProperty("schema", out var given) && given.ValueKind != JsonValueKind.Null)
        {
            schema = given.GetRawText();
            if (SchemaCheck.Problem(given) is { } problem)
            {
                return $"schema: {problem}";
            }
        }

        prompts.Add(new BenchmarkPrompt { Prompt = prompt, Reference = reference, Schema = schema, Task = string.IsNullOrWhiteSpace(task) ? BenchmarkPrompt.NoTask : task });
        return null;
    }

    private static string? Optional(JsonElement row, string field, out string? text)
    {
        text = null;
        if (!row.TryGetProperty(field, out var value) || value.ValueKind == JsonValueKind.Null)
        {
            return null;
        }

        var problem = JsonLines.Text(row, field, out var found);
        text = problem is null ? found : null;
        return problem;
    }
}
