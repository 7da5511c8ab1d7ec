using System.CommandLine;
using System.Text.Json;
using Signalbox.Configuration;
using Signalbox.Sensitivity;

namespace Signalbox.Server.Commands;

/// <summary><c>sensitivity</c>: what the detectors find in a text, and how well they find it in a file of examples.</summary>
internal static class SensitivityCommand
{
    public static Command Create()
    {
        var command = new Command("sensitivity", "Shows what the detectors of sensitive data and of prompt injections find.");
        command.Subcommands.Add(CreateInspect());
        command.Subcommands.Add(SensitivityEvalCommand.Create());
        return command;
    }

    /// <summary>The sensitivity section in force; the detectors need no provider.</summary>
    public static SensitivityConfig? Load(CommonOptions common, ParseResult parsed)
    {
        var result = ConfigLoader.Load(parsed.GetValue(common.Config), ConfigLoader.ProcessEnvironment());
        if (result.Config is { Discovered: true })
        {
            return new SensitivityConfig();
        }

        CommonOptions.Report(result);
        return result.Config?.Sensitivity;
    }

    private static Command CreateInspect()
    {
        var text = new Argument<string?>("TEXT") { Description = "The text to look at.", Arity = ArgumentArity.ZeroOrOne };
        var file = new Option<string?>("--file") { Description = "A file with the text; - for standard input.", HelpName = "F" };
        var asJson = new Option<bool>("--json") { Description = "Print JSON." };
        var inspect = new Command("inspect", "Prints the label of a text, what was found in it and where, and its injection score.") { text, file, asJson };
        var common = CommonOptions.AddTo(inspect);
        inspect.SetAction(parsed =>
        {
            if (Load(common, parsed) is not { } config)
            {
                return CommandLine.WrongWords;
            }

            if (Read(parsed.GetValue(text), parsed.GetValue(file)) is not { } content)
            {
                return CommandLine.WrongWords;
            }

            Print(new SensitivityDetector(config).Inspect(content), parsed.GetValue(asJson));
            return CommandLine.Done;
        });
        return inspect;
    }

    private static string? Read(string? text, string? file)
    {
        if (text is null == file is null)
        {
            Console.Error.WriteLine("error: give either TEXT or --file F.");
            return null;
        }

        try
        {
            return text ?? (file == "-" ? Console.In.ReadToEnd() : File.ReadAllText(file!));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Console.Error.WriteLine($"error: {e.Message}");
            return null;
        }
    }

    private static void Print(SensitivityReport report, bool asJson)
    {
        if (asJson)
        {
            using var output = Console.OpenStandardOutput();
            using var json = new Utf8JsonWriter(output, new JsonWriterOptions { Indented = true });
            SensitivityReportJson.Write(json, report);
            json.Flush();
            output.WriteByte((byte)'\n');
            return;
        }

        Console.WriteLine($"label: {SensitivityReportJson.Word(report.Label)}{(report.Failure is null ? "" : $" ({report.Failure})")}");
        foreach (var finding in report.Findings)
        {
            Console.WriteLine($"  {finding.Kind} at {finding.Position}, {finding.Length} characters, {SensitivityReportJson.Word(finding.Label)}");
        }

        if (report.Count > report.Findings.Count)
        {
            Console.WriteLine($"  and {report.Count - report.Findings.Count} more");
        }

        Console.WriteLine(FormattableString.Invariant($"injection: {report.Injection.Score:0.###}{(report.Injection.IsDetected ? ", detected" : "")}{(report.Injection.Cues.Count > 0 ? $" ({string.Join(", ", report.Injection.Cues)})" : "")}"));
    }
}
