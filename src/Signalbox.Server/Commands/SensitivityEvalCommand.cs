using System.CommandLine;
using System.Text.Json;
using Signalbox.Routing.Evaluation;
using Signalbox.Sensitivity;

namespace Signalbox.Server.Commands;

/// <summary><c>sensitivity eval</c>: scores the detectors on a file.</summary>
internal static class SensitivityEvalCommand
{
    private const int MaxProblems = 20;

    private const string Protocol = "rows with spans: a sentence counts for an entity type when a finding of a fitting kind is made anywhere in it; "
        + "rows with system and kind: the text as a user's message under that system prompt; rows with label: blocked means detected as an injection or labelled confidential; "
        + "rows with prompt: one text each";

    public static Command Create()
    {
        var data = new Option<string>("--data") { Description = "Examples, one JSON object a line.", HelpName = "FILE.jsonl", Required = true };
        var misses = new Option<bool>("--misses") { Description = "Also print the numbers of the lines that were counted wrong." };
        var asJson = new Option<bool>("--json") { Description = "Print JSON." };
        var eval = new Command("eval", "Scores the detectors on a file of examples: personal data, injections, look-alikes or plain prompts.") { data, misses, asJson };
        var common = CommonOptions.AddTo(eval);
        eval.SetAction((parsed, cancel) => Task.FromResult(Run(parsed, cancel)));
        return eval;

        int Run(ParseResult parsed, CancellationToken cancel)
        {
            if (SensitivityCommand.Load(common, parsed) is not { } section)
            {
                return CommandLine.WrongWords;
            }

            var evaluation = new SensitivityEvaluation(new SensitivityDetector(section));
            if (!Read(parsed.GetValue(data)!, evaluation, cancel))
            {
                return CommandLine.WrongWords;
            }

            Print(evaluation, parsed.GetValue(misses), parsed.GetValue(asJson));
            return CommandLine.Done;
        }
    }

    /// <summary>Reads the file, or says everything that is wrong with it.</summary>
    private static bool Read(string file, SensitivityEvaluation evaluation, CancellationToken cancel)
    {
        var problems = new List<string>();
        JsonLines.Read(file, problems, MaxProblems, evaluation.Add, cancel);
        if (evaluation.Rows == 0 && problems.Count == 0)
        {
            problems.Add($"{file}: holds no rows; each line is one of: {SensitivityEvaluation.Shapes}");
        }

        return CommandLine.Report(problems);
    }

    private static void Print(SensitivityEvaluation evaluation, bool withMisses, bool asJson)
    {
        if (asJson)
        {
            PrintJson(evaluation, withMisses);
            return;
        }

        Console.WriteLine($"{evaluation.Rows} rows");
        foreach (var (name, (hits, rows)) in evaluation.Shares)
        {
            Console.WriteLine(FormattableString.Invariant($"  {name,-52} {hits,6} of {rows,6}  {100.0 * hits / rows,6:0.0} %"));
        }

        Console.WriteLine($"protocol: {Protocol}");
        foreach (var group in withMisses ? evaluation.Misses.GroupBy(static m => m.Share) : [])
        {
            Console.WriteLine($"{group.Key}: lines {string.Join(", ", group.Select(static m => m.Line))}");
        }
    }

    private static void PrintJson(SensitivityEvaluation evaluation, bool withMisses)
    {
        using var output = Console.OpenStandardOutput();
        using var json = new Utf8JsonWriter(output, new JsonWriterOptions { Indented = true });
        json.WriteStartObject();
        json.WriteNumber("n", evaluation.Rows);
        json.WriteStartObject("shares");
        foreach (var (name, (hits, rows)) in evaluation.Shares)
        {
            json.WriteStartObject(name);
            json.WriteNumber("hits", hits);
            json.WriteNumber("rows", rows);
            json.WriteNumber("share", Math.Round((double)hits / rows, 4));
            json.WriteEndObject();
        }

        json.WriteEndObject();
        if (withMisses)
        {
            json.WriteStartArray("misses");
            foreach (var (share, line) in evaluation.Misses)
            {
                json.WriteStartObject();
                json.WriteString("share", share);
                json.WriteNumber("line", line);
                json.WriteEndObject();
            }

            json.WriteEndArray();
        }

        json.WriteString("protocol", Protocol);
        json.WriteEndObject();
        json.Flush();
        output.WriteByte((byte)'\n');
    }
}
