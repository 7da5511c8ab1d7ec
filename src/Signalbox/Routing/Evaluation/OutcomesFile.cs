using System.Text.Json;

namespace Signalbox.Routing.Evaluation;

/// <summary>Recorded outcomes, a row a line, read as a stream. Whatever is wrong is named by file, line and field.</summary>
internal sealed class OutcomesFile
{
    private const int MaxProblems = 20;
    private readonly List<OutcomeRow> _rows = [];
    private readonly List<string> _problems = [];

    private OutcomesFile(string path) => Path = path;

    public string Path { get; }

    public IReadOnlyList<OutcomeRow> Rows => _rows;

    public IReadOnlyList<string> Problems => _problems;

    /// <summary>Every model with an outcome in any row, in order of name.</summary>
    public IReadOnlyList<string> Models { get; private set; } = [];

    public static OutcomesFile Read(string path, CancellationToken cancellation = default)
    {
        var file = new OutcomesFile(path);
        JsonLines.Read(path, file._problems, MaxProblems, file.AddRow, cancellation);
        file.Models = [.. file._rows.SelectMany(static row => row.Outcomes.Keys).Distinct().Order(StringComparer.Ordinal)];
        if (file._rows.Count == 0 && file._problems.Count == 0)
        {
            file._problems.Add($"{path}: holds no rows; each line is {{\"prompt\": \"...\", \"outcomes\": {{\"model\": 1}}}}");
        }

        return file;
    }

    private string? AddRow(JsonElement row)
    {
        if (JsonLines.Text(row, "prompt", out var prompt) is { } problem)
        {
            return problem;
        }

        if (!row.TryGetProperty("outcomes", out var outcomes))
        {
            return "outcomes: missing; {\"model\": 1} for a right answer, 0 for a wrong one";
        }

        problem = Numbers(outcomes, "outcomes", 1, out var qualities);
        var cost = OutcomesOrNone;
        var tokens = OutcomesOrNone;
        if (problem is null && row.TryGetProperty("cost", out var costs))
        {
            problem = Numbers(costs, "cost", double.MaxValue, out cost);
        }

        if (problem is null && row.TryGetProperty("output_tokens", out var outputs))
        {
            problem = Numbers(outputs, "output_tokens", double.MaxValue, out tokens);
        }

        if (problem is null)
        {
            _rows.Add(new OutcomeRow { Prompt = prompt, Outcomes = qualities, Cost = cost, OutputTokens = tokens });
        }

        return problem;
    }

    private static readonly Dictionary<string, double> OutcomesOrNone = [];

    private static string? Numbers(JsonElement element, string field, double most, out Dictionary<string, double> numbers)
    {
        numbers = [];
        if (element.ValueKind != JsonValueKind.Object)
        {
            return $"{field}: must be an object of model to number";
        }

        foreach (var member in element.EnumerateObject())
        {
            double number;
            switch (member.Value.ValueKind)
            {
                case JsonValueKind.Number when member.Value.TryGetDouble(out number) && number >= 0 && number <= most:
                    break;
                case JsonValueKind.True or JsonValueKind.False when most == 1:
                    number = member.Value.ValueKind == JsonValueKind.True ? 1 : 0;
                    break;
                case JsonValueKind.Null:
                    // A model that was not asked says nothing.
                    continue;
                default:
                    return $"{field}.{member.Name}: must be a number of {(most == 1 ? "0 to 1" : "0 or more")}";
            }

            numbers[member.Name] = number;
        }

        return null;
    }
}
