using System.Text.Json;
using Signalbox.Dialects.Json;
using Signalbox.Routing.Decisions;

namespace Signalbox.Experiments;

/// <summary>
/// Feedback as JSON lines in the data folder, with what was known of the request and never its text: what routing may be trained on later.
/// Where a request has several lines, its last one counts.
/// </summary>
internal sealed class FeedbackJournal(string folder, long most = FeedbackJournal.MostBytes)
{
    public const string Name = "feedback.jsonl";

    /// <summary>What was written before the file was begun anew.</summary>
    public const string Older = "feedback.older.jsonl";

    /// <summary>The size at which a new file is begun; one older file is kept.</summary>
    public const long MostBytes = 16 << 20;

    private bool _hasFailed;

    /// <summary>Appends a line. Not safe for several at once.</summary>
    public void Add(DecisionRecord decision, Feedback feedback, string? assigned, Action<string> tell)
    {
        var path = Path.Combine(folder, Name);
        try
        {
            Directory.CreateDirectory(folder);
            if (new FileInfo(path) is { Exists: true } file && file.Length >= most)
            {
                File.Move(path, Path.Combine(folder, Older), overwrite: true);
            }

            using var stream = new FileStream(path, FileMode.Append, FileAccess.Write, FileShare.Read);
            using (var json = new Utf8JsonWriter(stream, JsonText.Compact))
            {
                Write(json, decision, feedback, assigned);
            }

            stream.WriteByte((byte)'\n');
            _hasFailed = false;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            if (!_hasFailed)
            {
                tell($"feedback is counted but cannot be written to {path}: {e.Message} Make the data folder writable, or choose another with --data.");
            }

            _hasFailed = true;
        }
    }

    private static void Write(Utf8JsonWriter json, DecisionRecord decision, Feedback feedback, string? assigned)
    {
        var input = decision.Plan?.Input;
        json.WriteStartObject();
        json.WriteTime("at", feedback.At);
        json.WriteString("request_id", decision.RequestId);
        json.WriteString("route", decision.Route);
        json.WriteString("strategy", input?.Strategy);
        json.WriteString("assigned", assigned);
        json.WriteString("served_by", decision.ServedBy);
        json.WriteString("task", input?.TaskIfKnown);
        json.WriteNumberOrNull("difficulty", input?.DifficultyIfKnown);
        json.WriteNumberOrNull("strong_needed", input?.StrongNeeded);
        json.WriteNumberOrNull("input_tokens", (long?)input?.InputTokens);
        json.WriteNumberOrNull("duration_ms", decision.Duration);
        json.WriteNumberOrNull("cost_usd", decision.CostUsd);
        json.WriteString("error", decision.Error?.Word);
        json.WriteNumber("score", feedback.Score);
        json.WriteEndObject();
    }
}
