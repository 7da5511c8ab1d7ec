using Signalbox.Dialects;
using Signalbox.Pipeline;

namespace Signalbox.Server.Hosting;

/// <summary>Reads a request body into pooled memory, up to the configured size.</summary>
internal static class BodyReader
{
    /// <summary>Null when it has been read; the error otherwise.</summary>
    public static async Task<GatewayError?> ReadAsync(HttpContext http, PooledBuffer body, long maxBytes)
    {
        if (http.Request.ContentLength > maxBytes)
        {
            return TooLarge(maxBytes);
        }

        if (http.Request.Headers.ContentEncoding is { Count: > 0 } encoding && !encoding.ToString().Equals("identity", StringComparison.OrdinalIgnoreCase))
        {
            return new GatewayError(ErrorKind.InvalidRequest, $"content-encoding '{encoding}' is not supported. Send the body uncompressed.") { Status = 415, Field = "content-encoding" };
        }

        var reader = http.Request.BodyReader;
        try
        {
            while (true)
            {
                var result = await reader.ReadAsync(http.RequestAborted);
                if (body.Length + result.Buffer.Length > maxBytes)
                {
                    reader.AdvanceTo(result.Buffer.End);
                    return TooLarge(maxBytes);
                }

                foreach (var segment in result.Buffer)
                {
                    segment.Span.CopyTo(body.GetSpan(segment.Length));
                    body.Advance(segment.Length);
                }

                reader.AdvanceTo(result.Buffer.End);
                if (result.IsCompleted)
                {
                    return null;
                }
            }
        }
        catch (BadHttpRequestException e)
        {
            return GatewayError.Invalid("body", "The body ended early or was malformed.") with { Status = e.StatusCode };
        }
    }

    private static GatewayError TooLarge(long maxBytes) =>
        new(ErrorKind.InvalidRequest, $"The body is larger than {maxBytes} bytes. Send less, or raise server.maxRequestBytes.") { Status = 413, Field = "body" };
}
