using System.Text.Json;

namespace Signalbox.Sensitivity;

/// <summary>A report as JSON: kinds and places, never text.</summary>
internal static class SensitivityReportJson
{
    public static string Word(SensitivityLabel label) => label switch
    {
        SensitivityLabel.Public => "public",
        SensitivityLabel.Internal => "internal",
        _ => "confidential",
    };

    public static void Write(Utf8JsonWriter json, SensitivityReport report)
    {
        json.WriteStartObject();
        json.WriteString("label", Word(report.Label));
        if (report.Failure is not null)
        {
            json.WriteString("failure", report.Failure);
        }

        json.WriteNumber("count", report.Count);
        json.WriteStartArray("findings");
        foreach (var finding in report.Findings)
        {
            json.WriteStartObject();
            json.WriteString("kind", finding.Kind);
            json.WriteNumber("message", finding.Message);
            json.WriteNumber("position", finding.Position);
            json.WriteNumber("length", finding.Length);
            json.WriteString("label", Word(finding.Label));
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteStartObject("injection");
        json.WriteNumber("score", report.Injection.Score);
        json.WriteBoolean("detected", report.Injection.IsDetected);
        json.WriteString("action", report.Injection.Action.ToString().ToLowerInvariant());
        json.WriteStartArray("cues");
        foreach (var cue in report.Injection.Cues)
        {
            json.WriteStringValue(cue);
        }

        json.WriteEndArray();
        json.WriteEndObject();
        json.WriteEndObject();
    }
}
