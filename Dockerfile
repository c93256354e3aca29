# One image for web, worker, beat and setup.
FROM python:3.12-slim AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
RUN python -m venv /venv
COPY requirements/run.txt /tmp/run.txt
RUN /venv/bin/pip install --quiet --require-hashes -r /tmp/run.txt

FROM python:3.12-slim
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 \
    DATA_DIR=/data STATIC_ROOT=/static
RUN groupadd --gid 10001 tracker && useradd --uid 10001 --gid tracker --no-create-home tracker \
    && install -d -o tracker -g tracker /data /static
COPY --from=build /venv /venv
WORKDIR /app
COPY manage.py ./
COPY saas_tracker saas_tracker
COPY contracts contracts
COPY metrics metrics
COPY templates templates
COPY static static
COPY locale locale
USER 10001:10001
# The key is for this one command and stays in no layer.
RUN SECRET_KEY=collect-static-only-0123456789-abcdefghij-klmnopqrst python manage.py collectstatic --no-input -v 0
VOLUME /data
EXPOSE 8000
CMD ["gunicorn", "saas_tracker.wsgi", "--bind", "0.0.0.0:8000", "-k", "gthread", "-w", "2", "--threads", "8", "--no-control-socket"]
