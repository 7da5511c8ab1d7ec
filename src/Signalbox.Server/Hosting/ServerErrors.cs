using Signalbox.Dialects;
using Signalbox.Pipeline;

namespace Signalbox.Server.Hosting;

/// <summary>The outermost guard: a defect becomes an <c>internal</c> error in the caller's dialect, and a line on standard error.</summary>
internal static class ServerErrors
{
    public static async Task Guard(HttpContext http, RequestDelegate next)
    {
        try
        {
            await next(http);
        }
        catch (OperationCanceledException) when (http.RequestAborted.IsCancellationRequested)
        {
            // The caller hung up.
        }
        catch (BadHttpRequestException e)
        {
            await ErrorResponse.WriteForPathAsync(http,
                GatewayError.Invalid("body", "The request was malformed: " + e.Message) with { Status = e.StatusCode }, RequestIds.New());
        }
        catch (Exception e)
        {
            var id = RequestIds.New();
            await Console.Error.WriteLineAsync($"error: request {id}: {e}");
            await ErrorResponse.WriteForPathAsync(http,
                new GatewayError(ErrorKind.Internal, $"The gateway failed on this request (id {id}). Its log says more; please report it."), id);
        }
    }
}
