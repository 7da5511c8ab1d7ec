using System.Text.Json;
using Signalbox.Dialects.Json;
using Signalbox.Pipeline;

namespace Signalbox.Server.Hosting;

/// <summary>A small JSON body with its length.</summary>
internal static class JsonResponse
{
    public static async Task WriteAsync(HttpContext http, Action<Utf8JsonWriter> write)
    {
        using var body = new PooledBuffer();
        using (var json = new Utf8JsonWriter(body, JsonText.Compact))
        {
            write(json);
        }

        http.Response.ContentType = "application/json";
        http.Response.ContentLength = body.Length;
        // What is in it is about one moment and for one reader.
        http.Response.Headers.CacheControl = "no-store";
        await http.Response.Body.WriteAsync(body.Written, http.RequestAborted);
    }
}
