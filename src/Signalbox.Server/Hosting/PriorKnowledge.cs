using System.Buffers;
using System.IO.Pipelines;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;
using Microsoft.AspNetCore.Http.Features;

namespace Signalbox.Server.Hosting;

/// <summary>
/// Lets HTTP/1.1 and HTTP/2 without TLS (h2c with prior knowledge, RFC 9113 section 3.3) share one port. Kestrel chooses the
/// protocol from ALPN alone, so a connection that begins with the HTTP/2 preface is given the feature that ALPN would have set.
/// </summary>
internal static class PriorKnowledge
{
    public static ConnectionDelegate Detect(ConnectionDelegate next) => connection => RunAsync(connection, next);

    private static async Task RunAsync(ConnectionContext connection, ConnectionDelegate next)
    {
        bool isHttp2;
        try
        {
            isHttp2 = await BeginsWithPrefaceAsync(connection);
        }
        catch (Exception e) when (e is OperationCanceledException or IOException)
        {
            // Gone before it sent anything, as a load balancer's probe is: nothing to serve, and nothing to report.
            return;
        }

        if (isHttp2)
        {
            var feature = new Http2Feature();
            connection.Features.Set<ITlsConnectionFeature>(feature);
            connection.Features.Set<ITlsApplicationProtocolFeature>(feature);
        }

        await next(connection);
    }

    private static async Task<bool> BeginsWithPrefaceAsync(ConnectionContext connection)
    {
        var input = connection.Transport.Input;
        // A connection that has sent nothing must not hold up a graceful stop: Kestrel closes it as soon as it is given the connection.
        await using var stop = connection.Features.Get<IConnectionLifetimeNotificationFeature>()?.ConnectionClosedRequested
            .UnsafeRegister(static state => ((PipeReader)state!).CancelPendingRead(), input) ?? default;
        while (true)
        {
            var result = await input.ReadAsync(connection.ConnectionClosed);
            if (result.IsCanceled)
            {
                input.AdvanceTo(result.Buffer.Start);
                return false;
            }

            var buffer = result.Buffer;
            var length = (int)Math.Min(buffer.Length, Preface.Length);
            var matches = Matches(buffer, length);
            var decided = !matches || length == Preface.Length || result.IsCompleted;
            input.AdvanceTo(buffer.Start, decided ? buffer.Start : buffer.End);
            if (decided)
            {
                return matches && length == Preface.Length;
            }
        }
    }

    private static ReadOnlySpan<byte> Preface => "PRI * HTTP/2.0\r\n"u8;

    private static bool Matches(ReadOnlySequence<byte> buffer, int length)
    {
        Span<byte> start = stackalloc byte[length];
        buffer.Slice(0, length).CopyTo(start);
        return start.SequenceEqual(Preface[..length]);
    }

    private sealed class Http2Feature : ITlsConnectionFeature, ITlsApplicationProtocolFeature
    {
        public ReadOnlyMemory<byte> ApplicationProtocol { get; } = "h2"u8.ToArray();

        public X509Certificate2? ClientCertificate { get; set; }

        public Task<X509Certificate2?> GetClientCertificateAsync(CancellationToken cancellationToken) => Task.FromResult<X509Certificate2?>(null);
    }
}
