using System.Text;
using System.Text.Json;

namespace Signalbox.FunctionalTests.Support;

/// <summary>A whole answer as a caller received it. One whose connection broke has <see cref="Broke"/> set and what came before.</summary>
internal sealed record CallerAnswer(int Status, string ContentType, IReadOnlyDictionary<string, string> Headers, byte[] Body, bool Broke)
{
    public string Text => Encoding.UTF8.GetString(Body);

    public string? ErrorWord => Headers.GetValueOrDefault("x-signalbox-error");

    public JsonElement Json
    {
        get
        {
            using var document = JsonDocument.Parse(Body);
            return document.RootElement.Clone();
        }
    }

    public static async Task<CallerAnswer> ReadAsync(HttpResponseMessage response)
    {
        var headers = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (var (name, values) in response.Headers.NonValidated.Concat(response.Content.Headers.NonValidated))
        {
            headers[name] = values.ToString();
        }

        using var body = new MemoryStream();
        var broke = false;
        try
        {
            await using var stream = await response.Content.ReadAsStreamAsync(Patience.Token);
            await Patience.For(stream.CopyToAsync(body, Patience.Token), "the end of the answer");
        }
        catch (Exception e) when (e is IOException or HttpRequestException)
        {
            broke = true;
        }

        return new CallerAnswer((int)response.StatusCode, headers.GetValueOrDefault("Content-Type", ""), headers, body.ToArray(), broke);
    }
}
