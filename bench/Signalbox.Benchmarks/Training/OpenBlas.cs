using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;
using Signalbox.Inference.Training.Products;

namespace Signalbox.Benchmarks.Training;

/// <summary>The machine's OpenBLAS (Debian: libopenblas0-pthread), which the products of training are measured beside. It stays loaded.</summary>
internal sealed unsafe class OpenBlas
{
    private const string Library = "libopenblas.so.0";
    private const int RowMajor = 101;
    private const int NotTransposed = 111;
    private const int Transposed = 112;

    private readonly delegate* unmanaged[Cdecl]<int, int, int, int, int, int, float, float*, int, float*, int, float, float*, int, void> _multiply;
    private readonly delegate* unmanaged[Cdecl]<int, void> _setThreads;

    private OpenBlas(nint library)
    {
        _multiply = (delegate* unmanaged[Cdecl]<int, int, int, int, int, int, float, float*, int, float*, int, float, float*, int, void>)NativeLibrary.GetExport(library, "cblas_sgemm");
        _setThreads = (delegate* unmanaged[Cdecl]<int, void>)NativeLibrary.GetExport(library, "openblas_set_num_threads");
        Core = Text(library, "openblas_get_corename");
        Build = Text(library, "openblas_get_config");
    }

    /// <summary>The processor whose kernels it chose; older versions take a new processor for an old one.</summary>
    public string Core { get; }

    /// <summary>Its version and how it was built.</summary>
    public string Build { get; }

    public static bool TryLoad([NotNullWhen(true)] out OpenBlas? blas)
    {
        blas = NativeLibrary.TryLoad(Library, out var library) ? new OpenBlas(library) : null;
        return blas is not null;
    }

    public void SetThreads(int threads) => _setThreads(threads);

    public void Multiply(ProductForm form, FloatMatrix a, FloatMatrix b, FloatMatrix c, bool add) => _multiply(
        RowMajor, form == ProductForm.WeightGradient ? Transposed : NotTransposed, form == ProductForm.Forward ? Transposed : NotTransposed,
        c.Rows, c.Columns, form == ProductForm.WeightGradient ? a.Rows : a.Columns, 1, a.Data, a.Stride, b.Data, b.Stride, add ? 1 : 0, c.Data, c.Stride);

    private static string Text(nint library, string function) =>
        Marshal.PtrToStringUTF8(((delegate* unmanaged[Cdecl]<nint>)NativeLibrary.GetExport(library, function))())?.Trim() ?? "unknown";
}
