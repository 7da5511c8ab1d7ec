using System.Text;
using System.Text.Json;

namespace Signalbox.Tests.Support;

/// <summary>One recorded interaction with a real provider.</summary>
public sealed record Recording(
    string Id, string Provider, string Api, bool Streaming, string Path, JsonElement RequestBody, int Status, string ContentType, byte[] Answer)
{
    public JsonElement AnswerJson => JsonDocument.Parse(Answer).RootElement;

    public override string ToString() => Id;
}

/// <summary>Real provider traffic kept outside the repository; tests that need it skip with a reason when it is not there.</summary>
public static class Recordings
{
    public const string Missing = "recorded provider traffic (../shared/wire/cassettes) is not on this machine";

    public static string? Folder { get; } = Find(Path.Combine("shared", "wire", "cassettes"));

    /// <summary>Interactions of the given APIs, e.g. <c>chat</c>; with <paramref name="answersOnly"/> also those kept without their request.</summary>
    public static IReadOnlyList<Recording> Of(string[] apis, bool answersOnly = false)
    {
        if (Folder is null)
        {
            return [];
        }

        var found = new List<Recording>();
        foreach (var file in Directory.EnumerateFiles(Folder, "*.json", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
        {
            if (file.Contains("_response_only", StringComparison.Ordinal) && !answersOnly)
            {
                continue;
            }

            using var document = JsonDocument.Parse(File.ReadAllBytes(file));
            var root = document.RootElement.Clone();
            if (Array.IndexOf(apis, root.GetProperty("api").GetString()) >= 0)
            {
                found.Add(Read(root));
            }
        }

        return found;
    }

    private static Recording Read(JsonElement root)
    {
        var response = root.GetProperty("response");
        var request = root.TryGetProperty("request", out var given) && given.ValueKind == JsonValueKind.Object ? given : default;
        var body = request.ValueKind == JsonValueKind.Object && request.TryGetProperty("body", out var json) ? json : default;
        var headers = response.TryGetProperty("headers", out var h) ? h : default;
        var contentType = headers.ValueKind == JsonValueKind.Object && headers.TryGetProperty("content-type", out var type) ? type.GetString()! : "";
        return new Recording(
            root.GetProperty("id").GetString()!,
            root.GetProperty("provider").GetString()!,
            root.GetProperty("api").GetString()!,
            root.TryGetProperty("streaming", out var streaming) && streaming.ValueKind == JsonValueKind.True,
            request.ValueKind == JsonValueKind.Object && request.TryGetProperty("path", out var path) ? path.GetString() ?? "" : "",
            body,
            response.TryGetProperty("status", out var status) && status.ValueKind == JsonValueKind.Number ? status.GetInt32() : 200,
            contentType,
            AnswerBytes(response));
    }

    private static byte[] AnswerBytes(JsonElement response)
    {
        if (response.TryGetProperty("text", out var text) && text.ValueKind == JsonValueKind.String)
        {
            return Encoding.UTF8.GetBytes(text.GetString()!);
        }

        return response.TryGetProperty("body", out var body) ? Encoding.UTF8.GetBytes(body.GetRawText()) : [];
    }

    private static string? Find(string relative)
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            var candidate = Path.Combine(folder.FullName, relative);
            if (Directory.Exists(candidate))
            {
                return candidate;
            }
        }

        return null;
    }
}
