using System.Text.Json;
using Signalbox.Dialects;
using Signalbox.Pipeline.Reading;

namespace Signalbox.Experiments;

/// <summary>What somebody thinks of an answer: 0 bad to 1 good. The comment is kept in memory with the decision, and nowhere else.</summary>
internal sealed record Feedback(double Score, string? Comment, DateTimeOffset At)
{
    public const int MostComment = 2_000;

    private const string Body = "body";

    /// <summary>Reads <c>{"score": 0..1}</c> or <c>{"rating": "up" | "down"}</c>, either with a <c>comment</c>. Null and the error otherwise, which names the field.</summary>
    public static Feedback? Read(ReadOnlyMemory<byte> body, DateTimeOffset at, out GatewayError? error)
    {
        using var document = RequestBody.Parse(body, out error);
        if (document is null)
        {
            error = error! with { Field = string.IsNullOrEmpty(error.Field) ? Body : error.Field };
            return null;
        }

        var (score, rating, comment) = ((double?)null, (double?)null, (string?)null);
        error = document.RootElement.ValueKind == JsonValueKind.Object
            ? null
            : GatewayError.Invalid(Body, "The body must be an object: {\"score\": 0.8} or {\"rating\": \"up\"}, with a \"comment\" if there is one.");
        if (error is not null)
        {
            return null;
        }

        foreach (var property in document.RootElement.EnumerateObject())
        {
            error ??= property.Name switch
            {
                "score" => ReadScore(property.Value, out score),
                "rating" => ReadRating(property.Value, out rating),
                "comment" => ReadComment(property.Value, out comment),
                _ => GatewayError.Invalid(Configuration.Fields.Words.Shorten(property.Name), $"There is no field {Configuration.Fields.Words.Quote(property.Name)} here. Known: score, rating, comment."),
            };
        }

        error ??= (score, rating) switch
        {
            (null, null) => GatewayError.Invalid("score", "The body has neither score (0 to 1) nor rating (up or down). Send one of them."),
            (not null, not null) => GatewayError.Invalid("rating", "The body has both score and rating. Send one of them."),
            _ => null,
        };
        return error is null ? new Feedback((score ?? rating)!.Value, comment, at) : null;
    }

    private static GatewayError? ReadScore(JsonElement value, out double? score)
    {
        score = value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out var number) && number is >= 0 and <= 1 ? number : null;
        return score is null ? GatewayError.Invalid("score", "score must be a number from 0 (bad) to 1 (good).") : null;
    }

    private static GatewayError? ReadRating(JsonElement value, out double? score)
    {
        var word = value.ValueKind == JsonValueKind.String ? value.GetString() : null;
        score = word switch { "up" => 1, "down" => 0, _ => null };
        return score is null ? GatewayError.Invalid("rating", "rating must be \"up\" or \"down\".") : null;
    }

    private static GatewayError? ReadComment(JsonElement value, out string? comment)
    {
        comment = value.ValueKind == JsonValueKind.String ? value.GetString() : null;
        return (value.ValueKind is JsonValueKind.String or JsonValueKind.Null) && !(comment?.Length > MostComment)
            ? null
            : GatewayError.Invalid("comment", $"comment must be a text of at most {MostComment} characters.");
    }
}
