using System.Collections.Concurrent;
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Signalbox.FunctionalTests.Support;
using Signalbox.FunctionalTests.Support.Wires;

namespace Signalbox.FunctionalTests.FaultMatrix;

/// <summary>The providers of the matrix: one that does what each cell says, and those that fail below HTTP.</summary>
internal sealed class MatrixUpstreams : IAsyncDisposable
{
    private readonly RefusingAddress _refusing = new();
    private readonly DeafListener _deaf = new();
    private readonly ConcurrentDictionary<string, RawUpstream> _raw = new(StringComparer.Ordinal);
    private readonly X509Certificate2 _certificate = SelfSigned();
    private FakeUpstream _untrusted = null!;

    public FakeUpstream Acting { get; private set; } = null!;

    public string Refusing => _refusing.Address;

    public string Deaf => _deaf.Address;

    /// <summary>Speaks TLS with a certificate that nobody has reason to trust.</summary>
    public string Untrusted => _untrusted.Address;

    public static async Task<MatrixUpstreams> StartAsync()
    {
        var upstreams = new MatrixUpstreams { Acting = await FakeUpstream.StartAsync() };
        upstreams._untrusted = await FakeUpstream.StartAsync(certificate: upstreams._certificate);
        return upstreams;
    }

    public string Raw(string bytes) => _raw.GetOrAdd(bytes, static bytes => new RawUpstream(Encoding.UTF8.GetBytes(bytes))).Address;

    /// <summary>An answer that is longer than its head says; the stated length ends in the middle of something.</summary>
    public string TooLong(Wire wire, Phase phase)
    {
        var body = phase switch
        {
            Phase.Complete => wire.Complete,
            Phase.StreamBefore => string.Concat(wire.Pieces.Take(wire.TextPiece)) + wire.Pieces[wire.TextPiece][..^8],
            _ => string.Concat(wire.Pieces.Take(wire.TextPiece + 1)) + wire.Pieces[wire.TextPiece + 1][..^8],
        };
        var type = phase == Phase.Complete ? "application/json" : wire.StreamContentType;
        return Raw($"HTTP/1.1 200 OK\r\nContent-Type: {type}\r\nContent-Length: {body.Length - 9}\r\n\r\n{body}");
    }

    public async ValueTask DisposeAsync()
    {
        _refusing.Dispose();
        _deaf.Dispose();
        foreach (var raw in _raw.Values)
        {
            await raw.DisposeAsync();
        }

        await _untrusted.DisposeAsync();
        await Acting.DisposeAsync();
        _certificate.Dispose();
    }

    private static X509Certificate2 SelfSigned()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=127.0.0.1", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        return request.CreateSelfSigned(TimeProvider.System.GetUtcNow().AddDays(-1), TimeProvider.System.GetUtcNow().AddDays(1));
    }
}
