using System.Text.Json;

namespace Signalbox.Routing.Evaluation;

/// <summary>Files with a JSON object a line.</summary>
internal static class JsonLines
{
    /// <summary>Hands each object to <paramref name="take"/>, which answers null or what is wrong with it.</summary>
    public static void Read(string path, List<string> problems, int maxProblems, Func<JsonElement, string?> take, CancellationToken cancellation)
    {
        try
        {
            var number = 0;
            foreach (var line in File.ReadLines(path))
            {
                cancellation.ThrowIfCancellationRequested();
                number++;
                if (!string.IsNullOrWhiteSpace(line) && ReadLine(line, take) is { } problem)
                {
                    problems.Add($"{path}:{number}: {problem}");
                    if (problems.Count == maxProblems)
                    {
                        problems.Add($"{path}: further rows were not read");
                        return;
                    }
                }
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            problems.Add($"{path}: cannot be read: {e.Message}");
        }
    }

    /// <summary>A text that a row must have.</summary>
    public static string? Text(JsonElement row, string field, out string text)
    {
        text = "";
        if (!row.TryGetProperty(field, out var value))
        {
            return $"{field}: missing";
        }

        if (value.ValueKind != JsonValueKind.String)
        {
            return $"{field}: must be a text";
        }

        try
        {
            text = value.GetString()!;
            return null;
        }
        catch (InvalidOperationException)
        {
            return $"{field}: is no valid text";
        }
    }

    private static string? ReadLine(string line, Func<JsonElement, string?> take)
    {
        try
        {
            using var document = JsonDocument.Parse(line);
            return document.RootElement.ValueKind == JsonValueKind.Object ? take(document.RootElement) : "is not a JSON object";
        }
        catch (JsonException e)
        {
            return $"is not JSON, at byte {e.BytePositionInLine}";
        }
    }
}
