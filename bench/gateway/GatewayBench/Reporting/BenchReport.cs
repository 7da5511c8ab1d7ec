using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Signalbox.Bench.Gateway.Reporting;

/// <summary>Collects the findings, prints each as it comes, and writes all of them as JSON at the end.</summary>
internal sealed class BenchReport
{
    private readonly List<Finding> _findings = [];

    public bool Passed => _findings.TrueForAll(finding => finding.Passed);

    public void Add(Finding finding)
    {
        _findings.Add(finding);
        var verdict = finding.Bar is null ? "" : finding.Passed ? "ok" : "MISSED";
        var bar = finding.Bar is { } limit ? Text($"<= {limit:0.##}") : "";
        var spread = finding.Rounds.Count > 1 ? Text($"rounds {finding.Rounds.Min():0.00}..{finding.Rounds.Max():0.00}; ") : "";
        Console.WriteLine(Text($"{finding.Name,-58} {finding.Value,9:0.00} {finding.Unit,-7} {bar,-8} {verdict,-7} {spread}{finding.Detail}"));
    }

    public void WriteJson(string file, Machine machine, BenchOptions options)
    {
        var document = new ReportDocument(options.Command, options.Quick, options.SelfCheck, Passed, machine, _findings);
        File.WriteAllText(file, JsonSerializer.Serialize(document, ReportJson.Default.ReportDocument) + "\n");
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}

internal sealed record ReportDocument(
    string Command, bool Quick, bool SelfCheck, bool Passed, Machine Machine, IReadOnlyList<Finding> Findings);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, WriteIndented = true)]
[JsonSerializable(typeof(ReportDocument))]
internal sealed partial class ReportJson : JsonSerializerContext;
